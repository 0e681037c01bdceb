/** Plans for tests, as they are once they have been read. */
import type { Plan } from '../../plan/types.js';

type Wave = Plan['waves'][number];
type PlanVm = Wave['vms'][number];

export const aVm = (name: string, change: Partial<PlanVm> = {}): PlanVm => ({
  id: `id-of-${name}`,
  name,
  after: [],
  ...change,
});

export const aWave = (name: string, ...vms: PlanVm[]): Wave => ({ name, vms });

/** A migration of one VM from paris to lyon that waits for nobody and stops for nothing. */
export function aPlan(change: Partial<Plan> = {}): Plan {
  return {
    name: 'exit',
    kind: 'migrate',
    source: { site: 'paris' },
    destination: { site: 'lyon', vdc: 'vdc', storageProfile: '*' },
    replication: {},
    adopt: 'own',
    sync: 'ahead',
    limits: {},
    cutover: { approval: 'none', window: null, powerOn: true, consolidate: false },
    recovery: { instance: 'latest' },
    stopAfter: null,
    keepReplication: false,
    remigrate: false,
    confirm: null,
    waves: [aWave('all', aVm('web1'))],
    ...change,
  };
}

/** The plan with its VMs, in their order, in waves of these sizes. @throws RangeError unless each VM has its wave */
export function inWaves(plan: Plan, sizes: Record<string, number>): Plan {
  const vms = plan.waves.flatMap((wave) => wave.vms);
  const waves = Object.entries(sizes).map(([name, size]) => aWave(name, ...vms.splice(0, size)));
  if (vms.length > 0 || waves.some((wave) => wave.vms.length !== sizes[wave.name])) {
    throw new RangeError('the sizes of the waves are not the number of VMs');
  }
  return { ...plan, waves };
}
