import { DRILL } from '../../contract/inputs.js';
import { loginsMemo } from '../../contract/logins.js';
import { drillDigest } from '../../plan/digest.js';
import { type Drill, loginsOf } from '../../plan/types.js';
import { chooseRunId } from '../run-id.js';
import type { Session } from '../session.js';
import { type RunMemo, type StartedRun, startOnce } from '../start-once.js';

/** @throws BadRunId, RunExists, NoWorker, SiteAway; then nothing was started */
export function startDrill(session: Session, drill: Drill, id?: string): Promise<StartedRun> {
  const { source, destination, mode } = drill;
  return startOnce(session, {
    run: chooseRunId(drill.name, id, new Date()),
    workflow: { type: DRILL, input: { drill } },
    memo: drillMemo(drill),
    // Test copies are made at the destination; a round trip comes back.
    answering: mode === 'test' ? [destination.site] : [destination.site, source.site],
  });
}

/** What the memo of a run of the drill says, whoever starts it. */
export function drillMemo(drill: Drill): RunMemo {
  const { name, destination, source } = drill;
  const logins = loginsMemo(loginsOf(drill));
  return {
    plan: name,
    kind: 'drill',
    planDigest: drillDigest(drill),
    site: destination.site,
    peer: source.site,
    ...logins,
  };
}
