/** Small questions of workflows: what the config says of a site, which workflows still run. */
import { QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import type { AlikeVm } from '../contract/alike.js';
import { isCarriedSite } from '../contract/begin-guards.js';
import { AT_GATE_MEMO, MIGRATE_VM } from '../contract/inputs.js';
import { siteCarriedQuery, siteStatusQuery } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import type { Subject, TestCopy } from '../contract/questions.js';
import type { CarriedSite } from '../contract/site.js';
import { type ActivityDeps, configured } from './deps.js';
import { beating } from './heartbeat.js';
import { planMates } from './plan-mates.js';
import { askTemporal, openSite } from './site-signals.js';

const DESCRIBED_AT_ONCE = 20;

export interface SiteSettings {
  syncs: number;
  cutovers: number;
  requestsPerSecond: number;
  /** ms */
  selfCheck: number;
  /** ms */
  missingFor: number;
}

export function createInquiryActivities(deps: ActivityDeps) {
  return {
    /**
     * The limits that the worker's config gives a site, and how patient its VMs are; nothing is sent.
     * @throws ApplicationFailure `UnknownSite` when the config has no such site
     */
    async siteSettings(site: string): Promise<SiteSettings> {
      const { limits, polling, missingFor } = configured(deps, site).config;
      const { syncs, cutovers, requestsPerSecond } = limits;
      return { syncs, cutovers, requestsPerSecond, selfCheck: polling.selfCheck, missingFor };
    },

    /** Makes sure that the site's workflow runs. */
    openSite: (site: string): Promise<void> => openSite(deps, site),

    /** What the site's workflow knew when it ended; null: Temporal has forgotten it, or it was none. */
    async recallSite({ site, after }: { site: string; after: string }): Promise<CarriedSite | null> {
      const ended = deps.client.workflow.getHandle(siteWorkflowId(site), after);
      try {
        const known = await askTemporal(deps, () => ended.query(siteCarriedQuery));
        return isCarriedSite(known) ? known : null;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return null;
        throw error;
      }
    },

    /** Which of these workflows no longer run: those ended, terminated or never started. */
    endedWorkflows: (workflowIds: string[]): Promise<string[]> =>
      beating(
        () => null,
        () => ended(deps, workflowIds, (workflowId) => workflowId),
      ),

    /** Of VMs, those that the plan of a run names, also as VMs of a vApp. */
    vmsOfRun: ({ run, ids }: { run: string; ids: string[] }): Promise<AlikeVm[]> =>
      beating(
        () => null,
        () => planMates(deps, run, { ids, names: [], copies: [] }),
      ),

    /** Those that run no more, or only for another run. */
    endedSubjects(subjects: Subject[]): Promise<Subject[]> {
      const runs = () =>
        ended(
          deps,
          subjects,
          ({ workflowId }) => workflowId,
          ({ run }) => run,
        );
      return beating(() => null, runs);
    },

    /** Test copies at a site whose VM's workflow no longer runs, so that nobody else removes them. */
    async testCopiesLeft({ site }: { site: string }): Promise<TestCopy[]> {
      return ended(deps, await testCopiesAt(deps, site), ({ workflowId }) => workflowId);
    },

    /** Why Temporal refuses to begin a VM: a run or drill has it, or one has migrated it; `free` when that is over by now. */
    async holderOfVm(workflowId: string): Promise<{ state: 'open' | 'migrated' | 'free'; run: string; name?: string }> {
      try {
        const handle = deps.client.workflow.getHandle(workflowId);
        const { status, type, memo } = await askTemporal(deps, () => handle.describe());
        const run = typeof memo?.run === 'string' ? memo.run : workflowId;
        const called = typeof memo?.vm === 'string' ? { name: memo.vm } : {};
        if (status.name === 'RUNNING') return { state: 'open', run, ...called };
        // Other workflows of a VM, such as of a drill, can be begun again when they have ended.
        const isMigrated = status.name === 'COMPLETED' && type === MIGRATE_VM && memo?.[AT_GATE_MEMO] !== true;
        return { state: isMigrated ? 'migrated' : 'free', run, ...called };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { state: 'free', run: workflowId };
        throw error;
      }
    },
  };
}

/** None when the site's workflow does not run: it would hold them otherwise. */
async function testCopiesAt(deps: ActivityDeps, site: string): Promise<TestCopy[]> {
  const workflow = deps.client.workflow.getHandle(siteWorkflowId(site));
  if (!(await isOpen(deps, workflow.workflowId))) return [];
  return (await askTemporal(deps, () => workflow.query(siteStatusQuery))).testCopies;
}

/** Those whose workflow no longer runs. */
async function ended<T>(
  deps: ActivityDeps,
  all: T[],
  workflowIdOf: (one: T) => string,
  runOf: (one: T) => string | null = () => null,
): Promise<T[]> {
  const states = await pMap(all, async (one) => ({ one, open: await isOpen(deps, workflowIdOf(one), runOf(one)) }), {
    concurrency: DESCRIBED_AT_ONCE,
  });
  return states.filter(({ open }) => !open).map(({ one }) => one);
}

/** @param run whose it is to be; null: whoever's */
export async function isOpen(deps: ActivityDeps, workflowId: string, run: string | null = null): Promise<boolean> {
  try {
    const { status, memo } = await askTemporal(deps, () => deps.client.workflow.getHandle(workflowId).describe());
    // A sweep has ids of its own, and the memo of the drill that it cleans up after.
    const isOfRun = run === null || typeof memo?.run !== 'string' || memo.run === run || memo.isSweep === true;
    return status.name === 'RUNNING' && isOfRun;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
