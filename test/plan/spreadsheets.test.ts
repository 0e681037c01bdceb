import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { loadPlan } from '../../plan/load-plan.js';
import type { PlanVm } from '../../plan/types.js';
import { A, B, directory, problemLines, VDC } from '../support/plan-files.js';

const PLAN = `name: p
kind: migrate
source: { site: paris }
destination: { site: lyon, vdc: ${VDC} }
vms: vms.csv
`;

function folderOf(csv: string | Buffer): string {
  const folder = directory({ 'plan.yaml': PLAN });
  writeFileSync(join(folder, 'vms.csv'), csv);
  return join(folder, 'plan.yaml');
}
const read = (csv: string | Buffer): PlanVm[] =>
  loadPlan(folderOf(csv), { sites: ['paris', 'lyon'] }).waves.flatMap(({ vms }) => vms);

function refused(csv: string): string[] {
  const plan = folderOf(csv);
  return problemLines(dirname(plan), () => loadPlan(plan, { sites: ['paris', 'lyon'] }));
}

const WEB1 = [{ id: A, name: 'web1', after: [] }];

describe('a CSV of VMs as spreadsheets and tools write it', () => {
  test('rows of empty cells are no rows, columns without header and cells no columns', () => {
    expect(read(`id,name,after,\r\n${A},web1,,\r\n,,,\r\n ,,,\r\n"","","",""\r\n`)).toStrictEqual(WEB1);
    expect(read(`id;name\r\n${A};" web1 "\r\n" ";" "\r\n`)).toStrictEqual(WEB1);
  });

  test('names are optional: the site tells them', () => {
    expect(read(`id\r\n${A}\r\n`)).toMatchObject([{ id: A }]);
  });

  test.each([
    ['semicolons', `id;name;after\r\n${A};web1;\r\n`],
    ['tabs', `id\tname\r\n${A}\tweb1\r\n`],
    ['a line that names the separator', `sep=;\r\nid;name\r\n${A};web1\r\n`],
    ['such a line in quotes, with a separator of its own', `"sep=|"\r\nid|name\r\n${A}|web1\r\n`],
    ['a byte order mark', `\ufeffid;name\r\n${A};web1\r\n`],
    ["PowerShell's line of types", `#TYPE Selected.CIVMImpl\r\n"Id","Name"\r\n"${A}","web1"\r\n`],
    ['headers in another case, with blanks', `ID, Name \r\n${A},web1\r\n`],
    ['a comma in a quoted header cell', `id;"name"\r\n${A};"web1"\r\n`],
  ])('%s', (_, csv) => expect(read(csv)).toStrictEqual(WEB1));

  test('columns are known however a person writes them', () => {
    const csv = `Id,NAME,Storage Profile,storage_profile_x\r\n${A},web1,${VDC},\r\n`;
    // A header without cells is still a header, and this one nobody knows.
    expect(refused(csv)).toEqual([expect.stringMatching(/^vms.csv:1:25 /)]);
    expect(read(csv.replace(',storage_profile_x', '').replace(`${VDC},`, VDC))).toStrictEqual([
      { id: A, name: 'web1', after: [], storageProfile: VDC },
    ]);
  });

  test.each([
    ['little-endian', 'utf16le' as const, Buffer.from([0xff, 0xfe])],
    ['big-endian', 'utf16be' as const, Buffer.from([0xfe, 0xff])],
  ])('UTF-16, %s', (_, order, mark) => {
    const body = Buffer.from(`id\tname\r\n${A}\tweb1\r\n`, 'utf16le');
    if (order === 'utf16be') body.swap16();
    expect(read(Buffer.concat([mark, body]))).toStrictEqual(WEB1);
  });

  test.each([`urn:vcloud:vm:${A}`, `URN:VCLOUD:VM:${A.toUpperCase()}`, `VirtualMachine-${A}`])(
    'an id as Cloud Director and its tools print it: %s',
    (id) => expect(read(`Id,Name\r\n${id},web1\r\n`)).toStrictEqual(WEB1),
  );

  test.each(['vm-124', 'VirtualMachine-vm-124'])('a VM on premises is refused with the reason: %s', (id) =>
    expect(refused(`Id,Name\r\n${id},web2\r\n`)).toEqual([
      `vms.csv:2:1  id is "${id}", the id of a VM on premises (expected the uuid of a VM in a cloud site; hint: Drover moves VMs between cloud sites)`,
    ]),
  );

  it('says what is wrong with UTF-16 that has no byte order mark', () => {
    const plan = folderOf(Buffer.from(`id,name\r\n${A},web1\r\n`, 'utf16le'));
    expect(problemLines(dirname(plan), () => loadPlan(plan, { sites: ['paris', 'lyon'] }))).toEqual([
      expect.stringContaining('is neither UTF-8 text nor UTF-16 with a byte order mark'),
    ]);
  });

  it('still says where a mistake stands, below lines that are not of the table', () => {
    const csv = `sep=;\r\n#TYPE X\r\n\r\nid;name\r\n${A};web1\r\n;;\r\n${B};web2;db9\r\n`;
    expect(refused(csv)).toEqual([expect.stringMatching(/^vms.csv:7:1 {2}the row has 3 cells/)]);
  });

  it('refuses two columns that are one', () => {
    expect(refused(`id,Name,name\r\n${A},web1,web1\r\n`)).toEqual([expect.stringMatching(/^vms.csv:1:9 /)]);
  });
});
