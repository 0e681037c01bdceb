/** Whether VMs are on where they run, as the inventory of their site tells. */
import { releaseSlotSignal } from '../contract/messages.js';
import type { PowerBefore, SourcePower, SourcePowerInput } from '../contract/questions.js';
import type { OperationRecord, VmReport } from '../contract/report.js';
import { inWords, listed } from '../contract/words.js';
import { isVappUnit } from '../plan/types.js';
import { type InventoryVm, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { beating, inTime, pause } from './heartbeat.js';
import { Inventories } from './inventory.js';
import { earlierReports, FEW_TRIES } from './record.js';
import { isTold } from './site-signals.js';
import { standingIn } from './vapp-members.js';

/** Before a site that gave no answer is asked once more: ms. */
const AGAIN = 1_000;

/** A suspended VM is neither: somebody means to go on with it, so that it counts as what is not known. */
const STATES: Record<string, SourcePower['power']> = {
  POWERED_ON: 'on',
  POWERED_OFF: 'off',
};

export function createSourcePowerActivities(deps: ActivityDeps) {
  const inventories = new Inventories(deps);

  /** What the VM's workflow would tell its site by itself, for five events. */
  async function isGiven({ site, gives }: SourcePowerInput, { power, members = [] }: SourcePower): Promise<boolean> {
    if (gives === undefined || power !== 'on' || members.some((one) => one.power === 'off')) return false;
    return isTold(deps, site, releaseSlotSignal, gives);
  }

  return {
    /** How the source was before the cutover that the last run of this VM began and did not end; null: there is none. */
    async powerBefore(workflowId: string): Promise<PowerBefore | null> {
      return beating(
        () => null,
        async () => leftBefore(await earlierReports(deps, workflowId, FEW_TRIES)),
      );
    },

    /** Never fails for what a site answers, or does not: the power is `unknown` then, and `known` says why. */
    async sourcePower(input: SourcePowerInput): Promise<SourcePower> {
      const { source, resumedAt } = input;
      if (input.vmId === null && source === undefined) return unknown(NAMELESS);
      return beating(
        () => null,
        async () => {
          const from = source === undefined ? undefined : powerOf(inventories, { ...source, resumedAt });
          const power = await powerOf(inventories, input);
          const given = (await isGiven(input, power)) ? { given: true as const } : {};
          return { ...power, ...given, ...(from === undefined ? {} : { source: await from }) };
        },
      );
    },
  };
}

const NAMELESS = 'the site does not say which VM it is';

async function powerOf(
  inventories: Inventories,
  { site, vmId, resumedAt, within }: SourcePowerInput,
): Promise<SourcePower> {
  if (vmId === null) return unknown(NAMELESS);
  const end = Date.now() + within;
  for (;;) {
    try {
      const all = await inTime(inventories.read(site, resumedAt), end - Date.now());
      if (all === null) return unknown(`${site} did not tell it within ${inWords(within)}`);
      return powerIn(all, site, vmId);
    } catch (error) {
      if (!(error instanceof VcdaError)) throw error;
      if (Date.now() + AGAIN >= end) return unknown(`${site} did not tell it: ${error.message}`);
      await pause(AGAIN);
    }
  }
}

/** By the last of these reports that tells of a cutover. A failover that ended well has brought the VM up. @param reports newest first */
export function leftBefore(reports: VmReport[]): PowerBefore | null {
  const hasFailedOver = ({ kind, result }: OperationRecord): boolean => kind === 'failover' && result === 'succeeded';
  const last = reports.find(({ operations }) => operations.some((one) => isMigrate(one) || hasFailedOver(one)));
  return last?.operations.some(hasFailedOver) === true ? null : leftOff(last);
}

/** A migrate that ended well may have brought nothing up all the same; one whose VM is off by its plan is at its end. */
export function leftOff(
  last: Pick<VmReport, 'state' | 'operations' | 'source' | 'downSince'> | undefined,
): PowerBefore | null {
  const { state, operations = [], source, downSince = null } = last ?? {};
  const isOver =
    state === 'succeeded' || (downSince === null && operations.findLast(isMigrate)?.result === 'succeeded');
  return source === undefined || isOver ? null : { power: source.before, downSince };
}

const isMigrate = ({ kind }: OperationRecord): boolean => kind === 'migrate';

function powerIn(all: InventoryVm[], site: string, vmId: string): SourcePower {
  if (isVappUnit(vmId)) return powerOfVapp(all, site, vmId);
  const vm = all.find(({ id }) => id === vmId);
  if (vm === undefined) return { ...unknown(`the inventory of ${site} does not list the VM`), isMissing: true };
  if (vm.powerState == null) return unknown(`the inventory of ${site} tells no power states`);
  const power = STATES[vm.powerState];
  // In Drover's words where it has one: what is told elsewhere of a VM is "on" and "off" as well.
  const told =
    power === undefined
      ? `the inventory of ${site} says ${vm.powerState}`
      : `the inventory of ${site} lists it as ${power}`;
  const vdc = vm.vdcId == null ? {} : { vdc: { id: vm.vdcId, name: vm.vdcName ?? null } };
  return power === undefined ? { ...unknown(told), ...vdc } : { power, at: Date.now(), known: told, ...vdc };
}

/** A vApp is powered on as one: it is on while any of its VMs is, and those that are off are told. */
function powerOfVapp(all: InventoryVm[], site: string, unit: string): SourcePower {
  const standing = standingIn(all, unit);
  if (standing === null) return unknown(`the inventory of ${site} does not tell which VMs stand in which vApps`);
  if (standing.vms.length === 0)
    return { ...unknown(`the inventory of ${site} lists no VM of the vApp`), isMissing: true };
  const each = standing.vms.map((vm) => ({ ...vm, ...powerIn(all, site, vm.id) }));
  const members = each.map(({ id, power }) => ({ id, power }));
  const vdc = each[0]?.vdc === undefined ? {} : { vdc: each[0].vdc };
  const [off, others] = [each.filter(({ power }) => power === 'off'), each.filter(({ power }) => power === 'unknown')];
  const isOn = each.some(({ power }) => power === 'on');
  if (!isOn && others[0] !== undefined)
    return { ...unknown(`of ${others[0].name}: ${others[0].known}`), ...vdc, members };
  const told = off.length === 0 ? '' : `, and ${listed(off.map(({ name }) => name))} as off`;
  const known = isOn
    ? `the inventory of ${site} lists ${each.length - off.length} of its ${each.length} VMs as on${told}`
    : `the inventory of ${site} lists all its VMs as off`;
  return { power: isOn ? 'on' : 'off', at: Date.now(), known, ...vdc, members };
}

const unknown = (known: string): SourcePower => ({ power: 'unknown', at: Date.now(), known });
