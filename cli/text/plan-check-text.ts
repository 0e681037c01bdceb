/** What the check of a plan has found, in words and one table. */
import type { PlanCheck } from '../../client/check-plan.js';
import { plural } from '../../client/words.js';
import type { PlanFinding } from '../../contract/plan-check.js';
import { isUnnamed, nameWithId } from '../../contract/vm-identity.js';
import { recoveriesText } from './failover-text.js';
import { spanText } from './forecast-text.js';
import type { Colors } from './output.js';
import { filled } from './run-text.js';
import { table } from './table.js';

/** Of findings with one code more are counted, not listed: `--json` has them. */
const LISTED = 20;

export function planCheckText(check: PlanCheck, colors: Colors): string {
  const { plan, kind, source, destination, vms, run, errors, warnings, more, untold, recoveries } = check;
  const head = `${colors.bold(plan)}  ${plural(vms, 'VM')}, ${source} to ${destination}, kind ${kind}; its run would be ${run}`;
  const rows = [...rowsOf(errors, colors.red('error')), ...rowsOf(warnings, colors.yellow('warning'))];
  return [
    head,
    ...(recoveries === undefined || recoveries.length === 0 ? [] : [recoveriesText(recoveries)]),
    ...(rows.length === 0 ? [] : [table(...filled(['', 'CODE', 'VM', 'WHAT'], rows))]),
    ...Object.entries(more).map(([code, count]) => `and ${count} more ${code}`),
    ...estimateText(check),
    `Nobody can tell before the run:\n${untold.map((one) => `  - ${one}`).join('\n')}`,
    verdict(check, colors),
  ].join('\n\n');
}

/** Waves that a screen bears; --json has all. */
const WAVES = 10;

/** How long it takes, where that was measured. */
function estimateText({ estimate, kind, destination, source }: PlanCheck): string[] {
  if (estimate === null) return [];
  const { each, atOnce, waves } = estimate;
  const site = kind === 'failback' ? source : destination;
  const parts = waves.slice(0, WAVES).map((wave) => `  ${wave.name} (${plural(wave.vms, 'VM')}): ${spanText(wave)}`);
  const left = waves.length - WAVES;
  return [
    [
      `Cutovers are expected to take ${spanText(estimate)}: ${atOnce} at once, each as the last ${each.count} at ${site} ` +
        '(half of them, 95 of 100). Copies: not known before they have begun.',
      ...(waves.length > 1 ? parts : []),
      ...(left > 0 ? [`  and ${plural(left, 'wave')} more`] : []),
    ].join('\n'),
  ];
}

function verdict({ errors, warnings }: PlanCheck, colors: Colors): string {
  const warned = warnings.length === 0 ? '' : `, ${plural(warnings.length, 'warning')}`;
  return errors.length === 0
    ? colors.green(`No error was found${warned}.`)
    : colors.red(`${plural(errors.length, 'error')}${warned}.`);
}

/** Each with its next step below it. */
function rowsOf(findings: PlanFinding[], word: string): string[][] {
  const listed = new Map<string, number>();
  const advised = new Set<string>();
  const rows = findings.flatMap(({ code, vm, message, advice }) => {
    const count = (listed.get(code) ?? 0) + 1;
    listed.set(code, count);
    if (count > LISTED) return [];
    const name = vm === null ? '' : isUnnamed(vm) ? vm.id : vm.name;
    return [[word, code, name, message], ...nextOf(code, advice)];
  });
  // What is the same for many is said once.
  function nextOf(code: string, advice: string | null): string[][] {
    if (advice === null || advised.has(`${code} ${advice}`)) return [];
    advised.add(`${code} ${advice}`);
    return [['', '', '', `next: ${advice}`]];
  }
  const left = [...listed].flatMap(([code, count]) =>
    count > LISTED ? [[word, code, '', `and ${count - LISTED} more VMs; --json lists them`]] : [],
  );
  return [...rows, ...left];
}

/** The same in lines, for a command that starts nothing over it. */
export function findingLine({ severity, code, vm, message, advice }: PlanFinding): string {
  // Most messages name it; a name alone may be that of another.
  const whose = vm === null || message.includes(vm.id) ? '' : `${nameWithId(vm)}: `;
  return `${severity} ${code}: ${whose}${message}${advice === null ? '' : ` (${advice})`}`;
}
