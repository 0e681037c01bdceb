/**
 * One lab for tests of a file that do not disturb each other: its workers and the workflows of its sites cost as much as the run of
 * a VM. Each test has VMs of its own in it, sees of ledger and world what is theirs, and can reach for nothing that others would
 * feel.
 */
import { afterAll } from '@jest/globals';
import { simulatedVms, type WorldView } from '../../simulator/index.js';
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
  return {
    ...lab,
    plan: (change, most = count) =>
      lab.plan({ waves: [aWave('all', ...vms.slice(0, most).map((vm) => ({ ...vm, after: [] })))], ...change }),
    simulator: { ...lab.simulator, control: controlOf(lab.simulator.control, new Set(mine.map(({ id }) => id))) },
  };
}

/** What is not here fails: it would strike the VMs of other tests as well. @param mine ids; VMs that are made by it are added */
function controlOf(control: Control, mine: Set<string>): Control {
  const planted = new Set<string>();
  const only = mine.size === 1 ? [...mine][0] : undefined;
  const its: Partial<Control> = {
    ledger() {
      const ids = withRecovered(control.world(), mine);
      return control.ledger().filter(({ vmId }) => vmId !== null && ids.has(vmId));
    },
    world: () => seenOf(control.world(), mine),
    act: (act) => control.act(act),
    trouble: (replicationId, trouble) => control.trouble(replicationId, trouble),
    setVms(...changes) {
      const made = control.setVms(...changes);
      for (const { id } of made) mine.add(id);
      return made;
    },
    addFaults(...rules) {
      const named = rules.map((rule) => {
        const vmId = rule.vmId ?? only;
        if (vmId === undefined) throw new RangeError('a fault in a shared lab names its VM');
        if (rule.id !== undefined && !planted.has(rule.id) && control.faults().some(({ id }) => id === rule.id))
          throw new RangeError(`another test of the lab has a fault ${rule.id}, which this one would take away`);
        return { ...rule, vmId };
      });
      const added = control.addFaults(...named);
      for (const fault of added) planted.add(fault.id);
      return added;
    },
    faults: () => control.faults().filter((fault) => planted.has(fault.id)),
    clearFaults(id) {
      for (const fault of id === undefined ? planted : [id]) control.clearFaults(fault);
    },
  };
  return its as Control;
}

/** They, and what they were recovered as. */
function withRecovered({ sites }: WorldView, mine: Set<string>): Set<string> {
  const recovered = Object.values(sites).flatMap(({ vms }) => vms.filter(({ origin }) => origin && mine.has(origin)));
  return new Set([...mine, ...recovered.map(({ id }) => id)]);
}

function seenOf(world: WorldView, mine: Set<string>): WorldView {
  const ids = withRecovered(world, mine);
  const sites = Object.entries(world.sites).map(([name, site]) => {
    return [name, { ...site, vms: site.vms.filter(({ id }) => ids.has(id)) }] as const;
  });
  const replications = world.replications.filter(({ vmId }) => ids.has(vmId));
  return { ...world, sites: Object.fromEntries(sites), replications };
}
