/** Workflow code with a defect in one place, as a bad deployment would bring it; broken-bundle.ts says in which. */
import * as whole from '../../workflows/index.js';

export const { askSites, claims, inspectSites, shard } = whole;

const DEFECT_IN: string = 'NOWHERE';

/** Its tasks fail, again and again. */
async function defect(): Promise<never> {
  throw new TypeError(`a defect in ${DEFECT_IN}`);
}

export const planRun = DEFECT_IN === 'the run' ? defect : whole.planRun;
export const migrateVm = DEFECT_IN === 'a VM' ? defect : whole.migrateVm;
export const site = DEFECT_IN === 'a site' ? defect : whole.site;
export const drill = DEFECT_IN === 'a drill' ? defect : whole.drill;
