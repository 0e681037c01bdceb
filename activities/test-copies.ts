/** Whose a test copy is that a replication shows, where no operation of a drill is known to have made it, and whether one stands. */
import { cancellationSignal } from '@temporalio/activity';
import { operationId } from '../contract/names.js';
import type { Whose } from '../contract/operation.js';
import type { CopyAt, CopyAtInput, WhoseCopyInput } from '../contract/questions.js';
import { inWords } from '../contract/words.js';
import { type InventoryVm, taskEnd, VcdaError } from '../vcda/index.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { beating, inTime } from './heartbeat.js';
import { Inventories } from './inventory.js';
import { whoseEffect } from './ownership.js';
import type { Reachability } from './reachability.js';

/** How long an inventory is waited for: ms. */
const WITHIN = 60_000;

/** As often as a step is done again. */
const TRIES = 5;

export function createTestCopyActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  const inventories = new Inventories(deps);

  return {
    /** By the inventory of its site. Never fails for what a site answers, or does not: it is `unknown` then. */
    async testCopyAt(input: CopyAtInput): Promise<CopyAt> {
      const { site, copyId, copyVappId, resumedAt } = input;
      if (copyId === null && copyVappId === null)
        return { is: 'unknown', known: `no answer of ${site} has told which VM it is` };
      return beating(
        () => null,
        async () => {
          try {
            const all = await inTime(inventories.read(site, resumedAt), WITHIN);
            if (all !== null) return copyIn(all, input);
            return { is: 'unknown', known: `${wordsOf(input)}: ${site} did not tell within ${inWords(WITHIN)}` };
          } catch (error) {
            if (!(error instanceof VcdaError)) throw error;
            return { is: 'unknown', known: `${wordsOf(input)}: ${site} does not tell: ${error.message}` };
          }
        },
      );
    },

    /** By the tasks of the site since a drill was about to make one. @throws ApplicationFailure `Hold`; else VCDA's code */
    async whoseTestCopy(input: WhoseCopyInput): Promise<Whose> {
      const { run, peer, vm, replicationId, since, knownTasks, resumedAt } = input;
      const site = configured(deps, input.site);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      const kind = 'failover-test';
      return asking('test copy', { vm }, async () => {
        let last = operationId(run, vm.id, kind, 1);
        const own: string[] = [];
        for (let tries = 1; tries <= TRIES; tries += 1) {
          const id = operationId(run, vm.id, kind, tries);
          const its = await unextended(options, (local) => site.tasksOfOperation(id, local));
          if (its === null) break;
          const done = its.filter((task) => taskEnd(task) !== 'failed');
          if (done.length > 0) last = id;
          own.push(...done.map((task) => task.id));
        }
        const asked = { kind, vm, replicationId, requestedAt: since, operationId: last } as const;
        const known = [...new Set([...knownTasks, ...own])];
        // Somebody else may have cleaned up what a task of ours made, and have tested by themselves since.
        const whose = await whoseEffect(deps, site, { ...asked, run, knownTasks: known }, null, options, true);
        return whose.is === 'unknown' && own.length > 0 ? { is: 'ours' } : whose;
      });
    },
  };
}

function copyIn(all: InventoryVm[], input: CopyAtInput): CopyAt {
  const { site, copyId, copyVappId } = input;
  const its = all.filter((vm) => (copyId === null ? vm.vappId === copyVappId : vm.id === copyId));
  if (its.length === 0 && (copyId !== null || all.some(({ vappId }) => vappId != null)))
    return { is: 'gone', known: `the inventory of ${site} does not list it` };
  if (its.length === 0) return { is: 'unknown', known: `${wordsOf(input)}: the inventory of ${site} tells no vApps` };
  const each = its.map(({ id, name, powerState, ...vapp }) => {
    const vappId = vapp.vappId ?? copyVappId;
    const where = vappId === null ? '' : ` in vApp ${vapp.vappName == null ? vappId : `${vapp.vappName} (${vappId})`}`;
    return `VM ${name} (${id})${where}${powerState == null ? '' : `, ${powerState}`}`;
  });
  return { is: 'stands', known: each.join('; ') };
}

const wordsOf = ({ copyId, copyVappId }: CopyAtInput): string =>
  copyId === null ? `vApp ${copyVappId}` : `VM ${copyId}`;
