/** The file of a plan that is made of what two sites have. */
import type { NewPlan, NewWave } from '../client/new-plan.js';
import { plural } from '../client/words.js';
import { listed } from '../contract/words.js';
import type { Logins } from '../plan/types.js';
import { type PlanText, planText } from '../plan/write-plan.js';

interface Wanted {
  /** undefined: after its sites */
  name?: string | undefined;
  kind: PlanText['kind'];
  approval?: PlanText['approval'];
  /** by what its VMs were chosen, in words */
  of: string[];
  /** as `NewPlanOptions` has them */
  logins?: Logins;
}

export const vmsOf = ({ vms, vapps }: NewWave): number =>
  vapps.reduce((sum, { vms: its }) => sum + its.length, vms.length);

export const vmsIn = ({ waves }: NewPlan): number => waves.reduce((sum, wave) => sum + vmsOf(wave), 0);

export function newPlanText(found: NewPlan, { name, kind, approval, of, logins }: Wanted): string {
  const { source, destination, vdc, otherVdcs, storageProfiles, networks } = found;
  const left = found.unmatched.length;
  return planText({
    name: name ?? `${source}-to-${destination}`.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80),
    kind,
    ...(approval === undefined ? {} : { approval }),
    head: [
      `Made by drover plan new: ${plural(vmsIn(found), 'VM')} of ${source}${of.length === 0 ? '' : `, ${of.join(', ')}`}.`,
      ...(left === 0
        ? []
        : [
            `${plural(left, 'row')} of the sheet ${left === 1 ? 'is' : 'are'} not in it, since no single VM was found by it.`,
          ]),
      'Before its run: drover plan check',
    ],
    source,
    destination,
    ...(logins === undefined ? {} : { logins }),
    vdc,
    otherVdcs,
    storageProfiles,
    networks,
    waves: found.waves.map((wave) => ({
      name: wave.name,
      vms: wave.vms.map((vm) => ({
        id: vm.id,
        name: vm.name,
        note: [vm.power === 'on' ? '' : (vm.power ?? ''), vm.vapp?.name ?? ''].filter((part) => part !== '').join(', '),
      })),
      vapps: wave.vapps.map(({ id, name: vappName, vms }) => ({
        id,
        name: vappName,
        note: listed(vms.map((vm) => vm.name ?? vm.id)),
      })),
    })),
  });
}
