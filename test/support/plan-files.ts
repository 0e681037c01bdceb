import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { loadPlan } from '../../plan/load-plan.js';
import { BadInput } from '../../plan/source/problem.js';

/** Writes files into a fresh directory, gone when all tests have ended, and returns it. */
export function directory(files: Record<string, string>): string {
  const dir = mkdtempSync(join(env.DROVER_TEST_FOLDER ?? '', 'plan-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** The lines of the BadInput that a call throws, with the directory left out. Any other outcome is an error. */
export function problemLines(dir: string, call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return error.message.replaceAll(`${dir}/`, '').split('\n');
  }
  throw new Error('nothing was found to be wrong');
}

export const A = '441a891a-5294-4dff-b02d-c605d335be1a';
export const B = '441a891a-5294-4dff-b02d-c605d335be1b';
export const C = '441a891a-5294-4dff-b02d-c605d335be1c';
export const D = '441a891a-5294-4dff-b02d-c605d335be1d';
export const E = '441a891a-5294-4dff-b02d-c605d335be1e';
export const VDC = '5ee9224f-305d-46f6-865f-b605e70acef8';

/** The head of a good migration plan, five lines; what follows begins on line 6. */
export const HEAD = `name: exit
kind: migrate
source: { site: paris }
destination: { site: lyon, vdc: ${VDC} }
stopAfter: 3
`;

/** A good drill of three VMs, four lines; what follows begins on line 5. */
export const DRILL = `name: crm
source: { site: paris }
destination: { site: lyon }
scope: { vms: [ { id: ${A}, name: db1 }, { id: ${B}, name: app1 }, { id: ${C}, name: web1 } ] }
`;

/** Self-signed, of no key that anybody has. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlzCCAT2gAwIBAgIUGcLruVdofykxCKE6KoJYyTubfDwwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVdmNkYS5seW9uLmV4YW1wbGUuY29tMCAXDTI2MTEyMjE2MTg1
MFoYDzIxMjYxMDI5MTYxODUwWjAgMR4wHAYDVQQDDBV2Y2RhLmx5b24uZXhhbXBs
ZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ7kegLvi7OKaHkou2r77um
w8pfh1PHv79MeVV5zyhimUvZhJfGWEwJo+9yoaKI0R5bEVCtV4oNiJ3MPSF0BMcS
o1MwUTAdBgNVHQ4EFgQUBFjSJDkYcT4NkOgcVrVTma344s0wHwYDVR0jBBgwFoAU
BFjSJDkYcT4NkOgcVrVTma344s0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
AgNIADBFAiALNplf6NIdRMZ344EAym5lpbKkq3ViKzhWLon8v7h5fQIhALjgF9l5
zbK9bWEwMp4j/omhuT1JKsxOlX2SerBuknop
-----END CERTIFICATE-----
`;

/** What is wrong with a plan of sites paris and lyon, a line each. @param files beside it @param sites null: none is known */
export function planProblems(
  plan: string,
  files: Record<string, string> = {},
  sites: string[] | null = ['paris', 'lyon'],
): string[] {
  const dir = directory({ 'plan.yaml': plan, ...files });
  return problemLines(dir, () => loadPlan(join(dir, 'plan.yaml'), { sites }));
}
