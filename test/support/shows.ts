/** What the sites of a lab show of its replications, whatever they are. */
import type { Lab } from './lab.js';

/** In lists and one by one, instead of what is so. */
export function shows(lab: Lab, members: Record<string, unknown>): void {
  lab.simulator.control.addFaults(
    { kind: 'unreadable', operation: 'replication', members },
    { kind: 'unreadable', operation: 'replications', members },
  );
}

export const OTHER_VDC = '0f0f0f0f-0000-4000-8000-000000000001';

export const showsOtherVdc = (lab: Lab): void =>
  shows(lab, { destination: { site: lab.destination, vdcId: OTHER_VDC, vdcName: 'spare' } });

export const showsOtherOrg = (lab: Lab): void => shows(lab, { destination: { site: lab.destination, org: 'globex' } });
