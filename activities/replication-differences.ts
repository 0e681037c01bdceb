/** In what a replication that exists is not as a plan says: pure. What a site does not tell is no difference. */
import { isDeepStrictEqual } from 'node:util';
import type { OperationRequest, ReconfigureBody } from '../contract/operation.js';
import type { VmReplication } from '../vcda/index.js';

export interface Difference {
  setting: string;
  has: string;
  wants: string;
  /** less than the plan asks for, not merely other than it */
  weaker: boolean;
  /** what a reconfigure says to change it; null: it cannot be changed so */
  change: ReconfigureBody | null;
}

export const isWeaker = ({ weaker }: Difference): boolean => weaker;

type Asked = Pick<OperationRequest, 'start'>;

/** Where it would put the VM, other than the plan. */
export function elsewhere(found: VmReplication, { start }: Asked): Difference[] {
  if (start === undefined) return [];
  const { destination, storageProfile, storageProfileName } = found;
  const places = [
    { setting: 'the VDC', has: destination?.vdcId, name: destination?.vdcName, wants: start.vdc },
    { setting: 'the storage profile', has: storageProfile, name: storageProfileName, wants: start.storageProfile },
  ];
  return places.flatMap(({ setting, has, name, wants }) => {
    const isIt = [has, name].some((known) => known?.toLowerCase() === wants.toLowerCase());
    if (has == null || wants === '' || wants === '*' || isIt) return [];
    return [{ setting, has: name == null ? has : `${has} (${name})`, wants, weaker: true, change: null }];
  });
}

const CONNECTIONS = ['PLAIN', 'ENCRYPTED', 'ENCRYPTED_COMPRESSED'];

/** What it does otherwise than the plan's keys say; keys that the plan leaves out ask for nothing. */
export function differences({ settings, slaProfile }: VmReplication, { start }: Asked): Difference[] {
  if (start === undefined) return [];
  const found: Difference[] = [];
  function compare<T>(setting: string, has: T | null | undefined, wants: T | undefined, rest: Rest<T>) {
    if (has == null || wants === undefined || isDeepStrictEqual(has, wants)) return;
    found.push({ setting, has: shown(has), wants: shown(wants), weaker: rest.weaker(has, wants), change: rest.change });
  }
  const { slaProfileId, rpo, dataConnectionType, quiesced, retentionPolicy, excludedDiskKeys } = start;
  const always = () => true;
  if (slaProfileId !== undefined) {
    compare('slaProfileId', slaProfile?.id ?? 'none', slaProfileId, { weaker: always, change: { slaProfileId } });
  } else {
    // A migration's is fixed [doc UG46 GUID-221A6901].
    if (rpo !== undefined && !start.isMigration)
      compare('rpo', settings?.rpo, rpo, { weaker: (has, wants) => has > wants, change: { rpo } });
    if (dataConnectionType !== undefined)
      compare<string>('dataConnectionType', settings?.dataConnectionType, dataConnectionType, {
        weaker: (has, wants) => CONNECTIONS.indexOf(has) < CONNECTIONS.indexOf(wants),
        change: { dataConnectionType },
      });
    if (retentionPolicy !== undefined && !start.isMigration)
      compare('retentionPolicy', rulesOf(settings?.retentionPolicy), rulesOf(retentionPolicy) ?? undefined, {
        weaker: always,
        change: { retentionPolicy },
      });
  }
  if (quiesced !== undefined)
    compare('quiesced', settings?.quiesced, quiesced, { weaker: (_, wants) => wants, change: { quiesced } });
  compare('excludedDiskKeys', sorted(settings?.excludedDiskKeys), sorted(excludedDiskKeys ?? []) ?? undefined, {
    weaker: always,
    change: null,
  });
  return found;
}

interface Rest<T> {
  weaker(has: T, wants: T): boolean;
  change: ReconfigureBody | null;
}

const sorted = (keys: number[] | null | undefined): number[] | null =>
  keys == null ? null : [...keys].sort((a, b) => a - b);

interface Rules {
  rules?: { numberOfInstances?: number | null | undefined; distance?: number | null | undefined }[] | null | undefined;
}

/** Only what the plan can say of them: a site may add members. */
const rulesOf = (policy: Rules | null | undefined) =>
  policy?.rules?.map(({ numberOfInstances, distance }) => ({ numberOfInstances, distance })) ?? null;

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Whether everything that a reconfigure asked for shows. */
export function isAsAsked({ settings, slaProfile }: VmReplication, asked: ReconfigureBody & { mark: string }): boolean {
  const { mark, slaProfileId, retentionPolicy, ...plain } = asked;
  return (
    (settings?.description ?? '').startsWith(mark) &&
    (slaProfileId === undefined || slaProfile?.id === slaProfileId) &&
    (retentionPolicy === undefined ||
      isDeepStrictEqual(rulesOf(settings?.retentionPolicy), rulesOf(retentionPolicy))) &&
    (['rpo', 'dataConnectionType', 'quiesced'] as const).every(
      (key) => plain[key] === undefined || settings?.[key] === plain[key],
    )
  );
}
