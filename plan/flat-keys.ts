/** Keys of a VM that a cell of a CSV can hold, and what they come to: pure. */
import type { z } from 'zod';
import type { vmNetworkSettings } from './network-schema.js';

type VmNetworkSettings = z.output<typeof vmNetworkSettings>;

/** Of a VM, what is looked at here. */
interface Flat {
  vmNetworkSettings?: VmNetworkSettings;
  testNetwork?: string;
  priority?: 'high' | 'normal' | 'low';
}

/** The NIC of index 0, or what a plan says of it otherwise, in a network. */
export function inNetwork(settings: VmNetworkSettings | undefined, network: string): VmNetworkSettings {
  const { nics = [], ...rest } = settings ?? {};
  const first = nics.find(({ nicIndex }) => nicIndex === 0) ?? { nicIndex: 0 };
  return { ...rest, nics: [{ ...first, network }, ...nics.filter(({ nicIndex }) => nicIndex !== 0)] };
}

/** null: it is said of no NIC, or of more than a cell can hold */
export function networkAlone({ vmNetworkSettings: settings }: Flat): string | null {
  const { nics = [], ...rest } = settings ?? {};
  const [nic, ...others] = nics;
  if (nic === undefined || others.length > 0 || Object.keys(rest).length > 0) return null;
  const { nicIndex, network, ...more } = nic;
  return nicIndex === 0 && network !== undefined && Object.keys(more).length === 0 ? network : null;
}

/** As a drill recovers it: its first NIC in the network of its tests. */
export const inTestNetwork = <T extends Flat>(vm: T): T =>
  vm.testNetwork === undefined ? vm : { ...vm, vmNetworkSettings: inNetwork(vm.vmNetworkSettings, vm.testNetwork) };

const RANK = { high: 0, normal: 1, low: 2 };

/** Those of a higher priority first, else in their order. */
export function byPriority<T extends { vm: Flat | undefined }>(entries: T[]): T[] {
  const rankOf = ({ vm }: T): number => RANK[vm?.priority ?? 'normal'];
  return entries.toSorted((a, b) => rankOf(a) - rankOf(b));
}
