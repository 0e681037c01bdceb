import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { loadPlan } from '../../plan/load-plan.js';
import type { PlanVm } from '../../plan/types.js';
import { A, B, C, D, directory, E, problemLines, VDC } from '../support/plan-files.js';

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

function refused(csv: string | Buffer): string[] {
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
    ['such a line, filled up to the width of the table', `sep=;;;\r\nid;name;\r\n${A};web1;\r\n`],
    ['a header of Windows over lines of Unix', `id,name\r\n${A},web1\n,\n`],
    ["PowerShell's line of types over lines of Unix", `#TYPE X\r\nid,name\n${A},web1\n`],
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

  test.each([`urn:vcloud:vm:${A}`, `URN:VCLOUD:VM:${A.toUpperCase()}`, `VirtualMachine-${A}`, `vm-${A}`, `{${A}}`])(
    'an id as Cloud Director and its tools print it: %s',
    (id) => expect(read(`Id,Name\r\n${id},web1\r\n`)).toStrictEqual(WEB1),
  );

  test.each(['vm-124', 'VirtualMachine-vm-124'])('a VM on premises is refused with the reason: %s', (id) =>
    expect(refused(`Id,Name\r\n${id},web2\r\n`)).toEqual([
      `vms.csv:2:1  id is "${id}", the id of a VM on premises (expected the uuid of a VM in a cloud site; hint: Drover moves VMs between cloud sites)`,
    ]),
  );

  it('says where a mistake stands in a file whose lines end in several ways', () => {
    const csv = `id,name,after\r\n${A},web1,\n${B},web2,\r${C},web3,db9\r\n`;
    expect(refused(csv)).toEqual([expect.stringMatching(/^vms.csv:4:43 {2}after names "db9"/)]);
  });

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

  test.each([
    ['a line break', `"web\n1"`, String.raw`"web\n1", with a line break`],
    ['a line break of Windows', `"web\r\n1"`, String.raw`"web\r\n1", with a line break`],
    ['a line break of an old Macintosh', `"web\r1"`, String.raw`"web\r1", with a line break`],
    ['an escape sequence', 'we\u001b[31mb1', String.raw`"we\u001b[31mb1", with the control character U+001B`],
    ['an escape of one character', 'we\u009b31mb1', String.raw`"we\u009b31mb1", with the control character U+009B`],
    [
      'a mark that turns the direction of writing',
      'we\u202e1b',
      String.raw`"we\u202e1b", with the control character U+202E, which turns the direction of writing`,
    ],
    ['a line separator', 'we\u2028b1', String.raw`"we\u2028b1", with a line break`],
  ])('a name with %s is refused where it stands', (_, name, found) => {
    const problems = refused(`id,wave,name\n${A},one,web1\n${B},one,${name}\n`);
    expect(problems).toEqual([expect.stringContaining(`vms.csv:3:42  name is ${found} (expected a name on one line`)]);
    expect(problems[0]).toContain('hint: ');
    expect(problems[0]).not.toMatch(/\p{Cc}|\p{Zl}|\p{Bidi_Control}/u);
  });

  it('takes a name for one whatever breaks stand around it', () => {
    expect(read(`id,name\r\n${A},"\r\nweb1\r\n"\r\n`)).toStrictEqual(WEB1);
  });

  it('refuses the name of a wave with a line break too', () => {
    expect(refused(`id,wave\r\n${A},"first\r\nwave"\r\n`)).toEqual([
      expect.stringContaining(String.raw`vms.csv:2:38  wave is "first\r\nwave", with a line break`),
    ]);
  });

  test.each(['\n', '\r\n', '\r'])('other cells may have line breaks, in which lines are counted: %j', (end) => {
    const head = ['id', 'name', 'after', `"storage${end}profile"`].join(',');
    const rows = [`${A},web 1,,${VDC}`, `${B},web 2,,${VDC}`, `${C},web 3,"web 1${end}${end}web 2",${VDC}`];
    expect(read([head, ...rows, ''].join(end))).toMatchObject([
      { id: A, after: [] },
      { id: B, after: [] },
      { id: C, after: [A, B] },
    ]);
    const below = refused([head, ...rows, `${D},web 4,db9,${VDC}`, `${E},web 5,"web 4${end}db8",${VDC}`, ''].join(end));
    expect(below).toEqual([
      expect.stringMatching(/^vms.csv:8:44 {2}after names "db9"/),
      expect.stringMatching(/^vms.csv:9:44 {2}after names "db8"/),
    ]);
  });

  it('tells the separator from a header whose first cell has a line break', () => {
    expect(read(`"i\r\nd";"na\r\nme"\r\n${A};web1\r\n`)).toStrictEqual(WEB1);
  });

  test.each([
    ['a letter with an accent', 'caf\xe9', 41],
    ['a quotation mark of a word processor', 'web\x92s', 41],
    ['what begins a letter of UTF-8', 'na\xc3me', 40],
  ])(
    'Windows-1252, as Excel writes its plain CSV, is refused with the place and the way out: %s',
    (_, name, column) => {
      const good = Buffer.from(`\ufeffid;name\r\n${A};caf\u00e9\r\n`);
      expect(refused(Buffer.concat([good, Buffer.from(`${B};${name}\r\n`, 'latin1')]))).toEqual([
        expect.stringMatching(
          new RegExp(`^vms.csv:3:${column} .*UTF-8 .*hint: .*Windows-1252.*CSV UTF-8.*iconv -f WINDOWS-1252`),
        ),
      ]);
    },
  );

  it('says of one VM alone that it is to be migrated once more, in whatever case a spreadsheet writes it', () => {
    const rows = read(`id,name,Remigrate\r\n${A},web1,TRUE\r\n${B},web2,\r\n`);
    expect(rows.map(({ remigrate }) => remigrate)).toEqual([true, undefined]);
    expect(refused(`id,remigrate\r\n${A},maybe\r\n`).join()).toContain('true or false');
  });
});
