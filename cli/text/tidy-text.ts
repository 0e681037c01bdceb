/** What becomes of the replications that a migration has kept. */
import type { Tidying } from '../../client/tidy.js';
import { moment, plural } from '../../client/words.js';
import type { TidyResult } from '../../contract/tidy.js';
import { listed } from '../../contract/words.js';

/** For `show`: until when, and how to go back. */
export function tidyingText(run: string, tidying: Tidying): string {
  switch (tidying.is) {
    case 'waiting':
      return [
        `VCDA's replications of the moved VMs stay until ${moment(tidying.until)}, and are removed then.`,
        `  until then the way back is open: drover reverse ${run}`,
        `  to remove them now: drover tidy ${run}`,
      ].join('\n');
    case 'running':
      return `VCDA's replications of the moved VMs are being removed.`;
    case 'broken':
      return `The removal of VCDA's replications was ended from outside (${tidying.why}).\n  next: drover tidy ${run}`;
    case 'done':
      return tidiedText({ run, ...tidying });
  }
}

export function tidiedText({ run, removed, gone, stays, which, by }: TidyResult & { run: string }): string {
  const all = [
    `${plural(removed, 'replication')} removed`,
    ...(gone === 0 ? [] : [`${gone} gone already, removed by somebody else`]),
    ...(stays === 0 ? [] : [`${stays} left as they are`]),
  ];
  const actors = [...new Set(by.map(({ actor }) => actor))];
  const more = stays - which.length;
  return [
    `Kept replications of run ${run}: ${all.join(', ')}${actors.length === 0 ? '' : `; by ${listed(actors)}`}.`,
    ...which.map(({ id, name, reason }) => `  ${name} (${id}): ${reason}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}
