/** The assumption `idsInCapitals`: a site may write the ids of what Cloud Director has in capitals where it lists things. */
import { isRecord } from './is-record.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Of VMs, vApps and VDCs; the ids of tasks and replications are VCDA's own. */
const OF_DIRECTOR = /^(?:vcdVmId|recoveredVappId|resourceId|vmIds?|vappId|vAppId|vdcId)$/;

/** A page or a bare array with such ids in capitals; any other answer as it is. @param itself whether the `id` of an item is one too */
export function inCapitals(answer: unknown, itself: boolean): unknown {
  if (Array.isArray(answer)) return answer.map((item) => capital(item, itself));
  if (!isRecord(answer) || !Array.isArray(answer['items'])) return answer;
  return { ...answer, items: answer['items'].map((item) => capital(item, itself)) };
}

function capital(value: unknown, itself: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => capital(one, false));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      OF_DIRECTOR.test(name) || (itself && name === 'id') ? raised(member) : capital(member, false),
    ]),
  );
}

function raised(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(raised);
  return typeof member === 'string' && UUID.test(member) ? member.toUpperCase() : member;
}
