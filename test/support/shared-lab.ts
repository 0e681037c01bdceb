/**
 * One lab for tests of a file that do not disturb each other: each has VMs of its own in it, and sees of ledger and world what is
 * theirs. Faults must name the VM that they are meant for, and neither speed nor the sites' state may be changed.
 */
import { afterAll } from '@jest/globals';
import { simulatedVms } from '../../simulator/index.js';
import { type Lab, type LabOptions, openLab } from './lab.js';
import { aWave } from './plans.js';

type Control = Lab['simulator']['control'];

type Shared = LabOptions & { vms: number };

/**
 * @param options of the lab, or whoever makes them before it is opened
 * @param prepare what is done with all of its VMs before the first test
 */
export function sharedLab(options: Shared | (() => Promise<Shared>), prepare?: (lab: Lab) => Promise<void>) {
  let opened: ReturnType<typeof open> | undefined;
  let given = 0;

  async function open(): Promise<{ lab: Lab; vms: number }> {
    const known = typeof options === 'function' ? await options() : options;
    const lab = await openLab(known);
    await prepare?.(lab);
    return { lab, vms: known.vms };
  }

  afterAll(async () => {
    const it = await opened?.catch(() => undefined);
    await it?.lab.close();
  });

  /** Runs a test with so many VMs of the lab. */
  return async function withPart(count: number, test: (lab: Lab) => Promise<void>): Promise<void> {
    opened ??= open();
    const from = given;
    given += count;
    const { lab, vms } = await opened;
    if (from + count > vms) throw new RangeError(`the shared lab has ${vms} VMs, and its tests want more`);
    await test(partOf(lab, from, count));
  };
}

function partOf(lab: Lab, from: number, count: number): Lab {
  const mine = simulatedVms({ vms: from + count }).slice(from);
  const vms = mine.map(({ id, name }) => ({ id, name, after: [] }));
  const ids = new Set<string | null>(mine.map(({ id }) => id));
  return {
    ...lab,
    plan: (change, most = count) =>
      lab.plan({ waves: [aWave('all', ...vms.slice(0, most).map((vm) => ({ ...vm, after: [] })))], ...change }),
    simulator: { ...lab.simulator, control: seenBy(lab.simulator.control, ids) },
  };
}

/** @param ids of VMs; those that are made by it are added */
function seenBy(control: Control, ids: Set<string | null>): Control {
  const own: Partial<Control> = {
    ledger: () => control.ledger().filter(({ vmId }) => ids.has(vmId)),
    world() {
      const world = control.world();
      const sites = Object.entries(world.sites).map(([name, site]) => {
        return [name, { ...site, vms: site.vms.filter(({ id, origin }) => ids.has(id) || ids.has(origin)) }] as const;
      });
      const replications = world.replications.filter(({ vmId }) => ids.has(vmId));
      return { ...world, sites: Object.fromEntries(sites), replications };
    },
    setVms(...changes) {
      const made = control.setVms(...changes);
      for (const { id } of made) ids.add(id);
      return made;
    },
  };
  return new Proxy(control, {
    get(_, name) {
      const member: unknown = Reflect.get(own, name) ?? Reflect.get(control, name);
      return typeof member === 'function' ? member.bind(control) : member;
    },
  });
}
