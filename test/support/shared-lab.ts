/**
 * One lab for those tests of a file that need one VM each and leave everything else alone: its workers and the workflows of its
 * sites cost as much as the run of a VM. Each test sees its own VM alone, and can reach for nothing that others would feel.
 */
import type { PlanVm } from '../../plan/types.js';
import type { WorldView } from '../../simulator/index.js';
import { type Lab, type LabOptions, openLab } from './lab.js';
import { aWave } from './plans.js';
import { Shared } from './shared.js';

type Control = Lab['simulator']['control'];

/** @param vms how many tests there are at most @returns in place of `withLab`; drills have names of their own, and a lab as well */
export function sharedLab(vms: number, options: LabOptions = {}) {
  const shared = new Shared(
    () => openLab({ ...options, vms }),
    (lab) => lab.close(),
  );
  let given = 0;
  return async function withOneVm(test: (lab: Lab) => Promise<void>): Promise<void> {
    const lab = await shared.take();
    try {
      const vm = lab.plan().waves[0]?.vms[given++ % vms];
      if (vm === undefined) throw new RangeError('the lab has no VM');
      await test(ofVm(lab, vm));
    } finally {
      await shared.release();
    }
  };
}

function ofVm(lab: Lab, vm: PlanVm): Lab {
  return {
    ...lab,
    plan: (change) => lab.plan({ waves: [aWave('all', { ...vm })], ...change }),
    simulator: { ...lab.simulator, control: controlOf(lab.simulator.control, vm.id) },
  };
}

/** What is not here fails: it would strike the VMs of other tests as well. */
function controlOf(control: Control, id: string): Control {
  const planted = new Set<string>();
  const its: Partial<Control> = {
    ledger: () => {
      const ids = idsOf(control.world(), id);
      return control.ledger().filter(({ vmId }) => vmId !== null && ids.has(vmId));
    },
    world: () => only(control.world(), id),
    act: (act) => control.act(act),
    trouble: (replicationId, trouble) => control.trouble(replicationId, trouble),
    setVms: (...changes) => control.setVms(...changes),
    addFaults(...rules) {
      const added = control.addFaults(...rules.map((rule) => ({ ...rule, vmId: id })));
      for (const fault of added) planted.add(fault.id);
      return added;
    },
    faults: () => control.faults().filter((fault) => planted.has(fault.id)),
    clearFaults() {
      for (const fault of planted) control.clearFaults(fault);
    },
  };
  return its as Control;
}

/** Of the VM, and of what it was recovered as. */
function idsOf({ sites }: WorldView, id: string): Set<string> {
  const recovered = Object.values(sites).flatMap(({ vms }) => vms.filter(({ origin }) => origin === id));
  return new Set([id, ...recovered.map((vm) => vm.id)]);
}

function only(world: WorldView, id: string): WorldView {
  const ids = idsOf(world, id);
  const sites = Object.entries(world.sites).map(([name, site]) => [
    name,
    { ...site, vms: site.vms.filter((vm) => ids.has(vm.id)) },
  ]);
  return {
    ...world,
    sites: Object.fromEntries(sites),
    replications: world.replications.filter(({ vmId }) => ids.has(vmId)),
  };
}
