/** Three runs and a drill over the same VMs, some of them of one name: what meets in `npm run chaos -- --meet`, as files. */
import { stringify } from 'yaml';
import { simulatedVms, siteVdcId, type VmChange } from '../../simulator/index.js';
import { SITES } from '../plan-files.js';

/** A run or drill, by its id. */
export interface Meeting {
  id: string;
  isDrill: boolean;
  /** YAML */
  text: string;
  /** ids of its VMs */
  vms: string[];
}

interface Subject {
  id: string;
  name: string;
}

/** Every third VM is called as the one before it. */
export function subjects(seed: number, vms: number): Subject[] {
  const all = simulatedVms({ seed, vms });
  return all.map(({ id, name }, n) => ({ id, name: n % 3 === 1 ? (all[n - 1]?.name ?? name) : name }));
}

/** For the simulator: the names that repeat. */
export const repeatedNames = (all: Subject[]): VmChange[] =>
  all.map(({ id, name }) => ({ id, name, computerName: name }));

/**
 * Each VM is wanted by two or three of them: one that waits for an approval, one that does not, one that protects, and a
 * rehearsal of what is there by then.
 */
export function meetings(seed: number, vms: number): Meeting[] {
  const all = subjects(seed, vms);
  const third = Math.ceil(vms / 3);
  const first = all.slice(0, 2 * third);
  const last = all.slice(third);
  const ends = [...all.slice(0, third), ...all.slice(2 * third)];
  return [
    run('gated', 'migrate', first, { cutover: { approval: 'wave' } }),
    run('straight', 'migrate', last, {}),
    run('protecting', 'protect', ends, { replication: { rpo: '15m' } }),
    {
      id: 'drilling',
      isDrill: true,
      vms: all.map(({ id }) => id),
      text: stringify({
        name: 'meet',
        mode: 'test',
        source: { site: SITES.source },
        destination: { site: SITES.destination },
        networks: 'production',
        scope: { vms: named(all) },
        hold: '2s',
      }),
    },
  ];
}

function run(id: string, kind: string, vms: Subject[], more: object): Meeting {
  const text = stringify({
    name: id,
    kind,
    source: { site: SITES.source },
    destination: { site: SITES.destination, vdc: siteVdcId(SITES.destination) },
    waves: [{ name: 'all', vms: named(vms) }],
    ...more,
  });
  return { id, isDrill: false, vms: vms.map((vm) => vm.id), text };
}

const named = (vms: Subject[]): Subject[] => vms.map(({ id, name }) => ({ id, name }));
