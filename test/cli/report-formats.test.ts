/** Evidence in files, in every format: whole, harmless to what opens it, and of runs and drills in any state. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse as parseCsv } from 'csv-parse/sync';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type DefaultTreeAdapterTypes, parse as parseHtml } from 'parse5';
import type { z } from 'zod';
import { drillsDocument } from '../../cli/report/drills/document.js';
import { DRILLS_FORMATS } from '../../cli/report/drills/index.js';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../cli/report/index.js';
import { reportSchemaFiles } from '../../cli/report/print/schema-files.js';
import { drillsSchema, reportSchema } from '../../cli/report/report-schema.js';
import { spansOf } from '../../cli/report/timeline.js';
import { actId } from '../../contract/act.js';
import type { OperationRecord, RunReport, VmReport } from '../../contract/report.js';
import { reportFaults } from '../support/report-schema.js';
import { documented, drillResult, facts, formatted, report, vm } from '../support/reports.js';

const at = (second: number): string => new Date(Date.parse('2026-12-05T21:00:00Z') + second * 1000).toISOString();

const sent = (kind: OperationRecord['kind'], from: number, to: number | null, more: Partial<OperationRecord> = {}) => ({
  kind,
  operationId: `drover/exit-1/id/${kind}/1`,
  taskId: `task-${kind}`,
  adopted: false,
  submittedAt: at(from),
  finishedAt: to === null ? null : at(to),
  result: to === null ? null : ('succeeded' as const),
  ...more,
});

const moved = (name: string, more: Partial<VmReport> = {}): VmReport =>
  vm(name, {
    state: 'succeeded',
    step: 'done',
    startedAt: at(0),
    finishedAt: at(130),
    recoveredAs: [`new-${name}`],
    outageSeconds: 20,
    downSince: null,
    source: { power: 'off', since: at(120), known: 'task', before: 'on' },
    operations: [sent('start', 5, 10), sent('migrate', 100, 120), sent('delete', 122, 128)],
    ...more,
  });

const error = {
  code: 'Forbidden',
  message: 'may not',
  operation: 'migrate',
  taskId: 't-9',
  site: 'lyon',
  advice: 'Grant the right.',
} as const;

const check = { name: 'tcp 443', ok: false, detail: 'refused', attempts: 3, startedAt: at(50), finishedAt: at(60) };

/** A run and a drill, over and on their way. */
const REPORTS: Record<string, RunReport> = {
  'a run that is over': report(
    [moved('web1'), vm('web2', { state: 'failed', step: 'migrate', error }), vm('web3', { state: 'cancelled' })],
    { state: 'failed', finishedAt: at(200) },
  ),
  'a run that waits': report([vm('web1', { state: 'waiting', step: 'gate', waitingFor: 'approval' }), vm('web2')], {
    state: 'paused',
    pausedBecause: 'coffee',
    sitesAway: [{ site: 'lyon', since: at(1), message: 'no answer' }],
  }),
  'a run of which nothing is known yet': report([]),
  'a drill that is over': report([vm('web1', { state: 'succeeded', checks: [check], rtoSeconds: 60, rpoSeconds: 5 })], {
    kind: 'drill',
    state: 'failed',
    finishedAt: at(200),
    drill: drillResult({
      objectives: { rtoSeconds: 30, rpoSeconds: 60 },
      rtoSeconds: 60,
      rpoSeconds: 5,
      missed: ['RTO 60 s, at most 30 s wanted'],
    }),
  }),
  'a drill that goes on': report([vm('web1', { state: 'running', step: 'checks' })], {
    kind: 'drill',
    drill: drillResult({ phase: 'recover', objectives: { rtoSeconds: 30, rpoSeconds: null } }),
  }),
};

type Cells = Record<string, string>;

const csvRows = (text: string): Cells[] => parseCsv(text, { columns: true }) as Cells[];

interface Suites {
  testsuites: {
    '@tests': string;
    '@failures': string;
    '@skipped': string;
    testsuite: { testcase?: { '@name': string; failure?: object; skipped?: object }[] }[];
  };
}

function junit(text: string) {
  expect(XMLValidator.validate(text)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const { testsuites } = parser.parse(text) as Suites;
  const cases = testsuites.testsuite.flatMap(({ testcase = [] }) => testcase);
  expect([testsuites['@tests'], testsuites['@failures'], testsuites['@skipped']].map(Number)).toEqual([
    cases.length,
    cases.filter(({ failure }) => failure !== undefined).length,
    cases.filter(({ skipped }) => skipped !== undefined).length,
  ]);
  return cases;
}

interface Page {
  elements: { name: string; attributes: Record<string, string>; text: string }[];
  errors: string[];
}

function page(text: string): Page {
  const errors: string[] = [];
  const elements: Page['elements'] = [];
  function walk(node: DefaultTreeAdapterTypes.Node): string {
    const below = 'childNodes' in node ? node.childNodes.map(walk).join('') : '';
    const own = 'value' in node ? node.value : below;
    if ('tagName' in node) {
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
      elements.push({ name: node.tagName, attributes, text: own });
    }
    return own;
  }
  walk(parseHtml(text, { onParseError: ({ code }) => errors.push(code) }));
  return { elements, errors };
}

const named = ({ elements }: Page, name: string) => elements.filter((one) => one.name === name);

describe.each(Object.entries(REPORTS))('the evidence of %s', (_, run) => {
  it('is JSON as the published schema has it', () => {
    expect(reportFaults(JSON.parse(formatted('json', run, facts())))).toEqual([]);
    expect(reportFaults(JSON.parse(formatted('json', run)))).toEqual([]);
  });

  it('is CSV with a row for each VM', () => {
    const text = formatted('csv', run, facts());
    expect(text.split('\n')[0]).toMatch(/^run,plan,kind,name,id,/);
    expect(csvRows(text).map(({ name, state }) => [name, state])).toEqual(run.vms.map((one) => [one.name, one.state]));
  });

  it('is XML for CI, in which only what succeeded has passed', () => {
    const cases = junit(formatted('junit', run, facts()));
    for (const one of run.vms) {
      const [own] = cases.filter(({ '@name': name }) => name === `${one.name} (${one.id})`);
      expect(own).toBeDefined();
      expect([own?.failure !== undefined, own?.skipped !== undefined]).toEqual([
        one.state === 'failed',
        !['failed', 'succeeded'].includes(one.state),
      ]);
    }
    const [whole] = cases.filter(({ '@name': name }) => name === `${run.run} succeeds`);
    expect(whole?.failure !== undefined).toBe(run.finishedAt !== null && run.state !== 'succeeded');
  });

  it('is a page that needs nothing beside itself, and has every VM', () => {
    const read = page(formatted('html', run, facts()));
    expect(read.errors).toEqual([]);
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'form']) expect(named(read, name)).toEqual([]);
    expect(
      read.elements.flatMap(({ attributes }) => Object.keys(attributes).filter((key) => /^on|^style$|^src$/.test(key))),
    ).toEqual([]);
    for (const { attributes } of named(read, 'a')) expect(attributes.href).toMatch(/^#/);
    const [policy] = named(read, 'meta').filter(
      ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
    );
    const [style] = named(read, 'style');
    const digest = createHash('sha256')
      .update(style?.text ?? '')
      .digest('base64');
    expect(policy?.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(style?.text).not.toMatch(/url\(|@import/);
    const cells = named(read, 'td').map(({ text }) => text.trim());
    for (const { id, name } of run.vms) expect(cells).toContain(`${name}${id}`);
  });

  it('is Markdown whose tables have a row for each VM', () => {
    const text = formatted('md', run, facts());
    const rows = text.slice(text.indexOf('## VMs')).match(/^\| web\d .*$/gm) ?? [];
    expect(rows.length).toBe(run.vms.length);
  });
});

describe('a report of a run', () => {
  const plan = { destination: { site: 'lyon', vdc: 'vdc-1', storageProfile: 'gold' }, source: { site: 'paris' } };
  const window = { opens: at(90), closes: at(110) };
  // A plan says it in the zone of whoever wrote it.
  const inParis = (moment: string) => new Date(Date.parse(moment) + 3_600_000).toISOString().replace('Z', '+01:00');
  const written = { opens: inParis(window.opens), closes: inParis(window.closes) };
  const known = facts({ plan: { ...plan, cutover: { approval: 'wave', window: written } } as never });

  it('says by which plan it was done, between which sites, and where each VM is now', () => {
    const document = JSON.parse(formatted('json', report([moved('web1')]), known));
    expect(document).toMatchObject({
      version: 2,
      planDigest: known.planDigest,
      source: { site: 'paris' },
      destination: { site: 'lyon', vdc: 'vdc-1', storageProfile: 'gold' },
      window,
      versions: { drover: '0.1.0', temporal: '1.29.1' },
      vms: [{ unit: 'id-of-web1', source: { site: 'paris', before: 'on' }, destination: { vmId: 'new-web1' } }],
    });
    const back = JSON.parse(formatted('json', report([moved('web1')], { kind: 'failback' }), known));
    expect(back.vms[0]).toMatchObject({ source: { site: 'lyon' }, destination: { site: 'paris' } });
  });

  it('counts the VMs that an earlier run has migrated', () => {
    const skipped = vm('web1', { state: 'skipped', error: { ...error, code: 'AlreadyMigrated', operation: null } });
    const other = vm('web2', { state: 'skipped', error });
    expect(documented(report([skipped, other, moved('web3')])).totals).toMatchObject({ skipped: 2, movedBefore: 1 });
  });

  it('holds cutovers against the window: one that began outside is missed, one sent again after it is not', () => {
    const again = [sent('migrate', 100, 105, { result: 'failed' }), sent('migrate', 115, 120)];
    const inside = formatted('md', report([moved('web1', { operations: again })]), known);
    const outside = formatted('md', report([moved('web1', { operations: [sent('migrate', 111, 120)] })]), known);
    expect(inside).toMatch(/cutovers begun within the window .* \| met \|/);
    expect(outside).toMatch(/cutovers begun within the window .* \| missed \|/);
  });

  it('has a checksum that anybody can compute from the JSON, the same whenever it is written, and in the page', () => {
    const run = report([moved('web1', { name: 'Größe "10" µm \u007f\u2028' })], { finishedAt: at(200) });
    const text = formatted('json', run, known);
    const { versions, environment, writtenAt, writtenBy, missing, checksum, ...told } = JSON.parse(text);
    expect(checksum).toBe(`sha256:${createHash('sha256').update(JSON.stringify(told)).digest('hex')}`);
    expect([versions, environment, writtenAt, writtenBy, missing]).not.toContain(undefined);
    expect(formatted('html', run, known)).toContain(checksum);
    expect(JSON.parse(formatted('json', run, { ...known, versions: { drover: null, temporal: null } })).checksum).toBe(
      checksum,
    );
    expect(JSON.parse(formatted('json', { ...run, state: 'succeeded' }, known)).checksum).not.toBe(checksum);
  });

  it('has no checksum where nobody tells all of it, and says what is missing', () => {
    const run = report([moved('web1', { cut: { operations: 3, warnings: 0 } })], { finishedAt: at(200) });
    const partly = { ...known, plan: null, isWhole: false };
    const text = formatted('json', run, partly);
    expect(reportFaults(JSON.parse(text))).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({
      checksum: null,
      missing: [expect.stringContaining('window'), 'operations of 1 VM'],
    });
    expect(formatted('html', run, partly)).toContain('none, since it is not whole');
  });

  it('tells Terraform of VMs that were moved and whose new id is known, each by a name of its own', () => {
    const unknown = moved('web3');
    delete unknown.recoveredAs;
    const failed = vm('web4', { state: 'failed', recoveredAs: ['seen-before'] });
    const vms = [
      moved('web 1'),
      moved('web 1', { recoveredAs: ['b'] }),
      moved('1web', { recoveredAs: ['c'] }),
      unknown,
      failed,
    ];
    const text = formatted('terraform', report(vms), known);
    expect(text.match(/to = vcd_vm\.\S+/g)).toEqual(['to = vcd_vm.web_1', 'to = vcd_vm.web_1_2', 'to = vcd_vm._1web']);
    expect(text).toContain('# web 1: id-of-web 1 at paris is now new-web 1 at lyon');
    expect(text).toContain(`id = "\${var.drover_org}.\${var.drover_vdc}.urn:vcloud:vm:b"`);
    expect(
      formatted('terraform', report([unknown]), known)
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });
});

describe('the timeline of a VM', () => {
  const spans = (one: VmReport) =>
    spansOf(documented(report([one])).vms[0] as never, Date.parse(at(300))).map(({ doing, from, to }) => [
      doing,
      (from - Date.parse(at(0))) / 1000,
      (to - Date.parse(at(0))) / 1000,
    ]);

  it('tells its copy, its waiting, its cutover and its outage', () => {
    expect(spans(moved('web1', { copiedAt: at(60) }))).toEqual([
      ['wait', 0, 5],
      ['copy', 5, 10],
      ['copy', 10, 60],
      ['wait', 60, 100],
      ['cutover', 100, 120],
      ['wait', 120, 122],
      ['other', 122, 128],
      ['wait', 128, 130],
      ['outage', 100, 120],
    ]);
  });

  it('does not make up when a copy was complete', () => {
    expect(spans(moved('web1'))).toContainEqual(['copying', 10, 100]);
  });

  it('goes on until now for what is not over', () => {
    const down = {
      state: 'running',
      step: 'migrate',
      finishedAt: null,
      outageSeconds: null,
      downSince: at(100),
    } as const;
    const open = moved('web1', { ...down, operations: [sent('start', 5, 10), sent('migrate', 100, null)] });
    expect(spans(open).slice(-2)).toEqual([
      ['cutover', 100, 300],
      ['outage', 100, 300],
    ]);
    const test = vm('web1', {
      state: 'running',
      step: 'hold',
      startedAt: at(0),
      operations: [sent('failover-test', 5, 10)],
    });
    expect(spans(test).at(-1)).toEqual(['up', 10, 300]);
  });
});

/** What a cell, a tag, a table or a template would begin with. */
const HOSTILE = [
  "=cmd|'/c calc'!A0",
  '+1',
  '-1',
  '@SUM(1)',
  '＝1+1',
  ' =1+1',
  'a;=1+1;b',
  'a\t=1+1',
  '</td><script>alert(1)</script><img src=x onerror=alert(1)>',
  '"><b>',
  "' onload='x",
  ']]><x/>',
  '&lt;b&gt;',
  '| x | [a](http://evil) | `x` | <b> | www.evil.com',
  '# h',
  '\ufffe\uffff\u0000\ud800',
  '${path.module} %{ for x in y } "',
  '\\"}',
];

describe.each(HOSTILE)('a name, message or note such as %j', (text) => {
  const evil = moved(`web1${text}`, {
    notes: [text],
    error: { ...error, code: text, message: text, advice: text },
    wave: text,
  });
  const bare = moved(text, { id: text, recoveredAs: [text], networks: [{ from: 'file', names: [text] }] });
  const acts = [
    {
      id: actId('e', 1),
      at: at(1),
      actor: text,
      proof: 'claimed',
      command: text,
      act: text,
      target: text,
      note: text,
      reference: text,
      before: text,
      after: { message: text },
      refused: null,
    } as const,
  ];
  const drill = drillResult({
    missed: [text],
    left: [text],
    notSwept: [{ vm: text, run: text, reason: text }],
    groups: [
      { name: text, rtoSeconds: 1, rpoSeconds: 1 },
      { name: 'b', rtoSeconds: 1, rpoSeconds: 1 },
    ],
  });
  const run = report([evil, bare], {
    plan: text,
    kind: 'drill',
    finishedAt: at(200),
    drill,
    acts,
    pausedBecause: text,
  });
  const plain = report([moved('web1', { notes: ['n'], error, wave: 'w' }), moved('web2')], {
    kind: 'drill',
    finishedAt: at(200),
    drill: drillResult({
      missed: ['m'],
      left: ['l'],
      notSwept: [{ vm: 'v', run: 'r', reason: 'x' }],
      groups: [
        { name: 'a', rtoSeconds: 1, rpoSeconds: 1 },
        { name: 'b', rtoSeconds: 1, rpoSeconds: 1 },
      ],
    }),
    pausedBecause: 'p',
  });

  it('is executed by no spreadsheet, whatever it separates cells by', () => {
    const csv = formatted('csv', run);
    for (const delimiter of [',', ';', '\t']) {
      const cells = parseCsv(csv, { delimiter, relax_column_count: true, relax_quotes: true }) as string[][];
      expect(cells.flat().filter((one) => /^\s*[=+\-@＝＋－＠]/.test(one))).toEqual([]);
    }
    expect(csvRows(csv)).toHaveLength(2);
  });

  it('makes no element of a page', () => {
    const read = page(formatted('html', run));
    expect(read.errors).toEqual([]);
    const counts = (of: Page) => ['script', 'img', 'b', 'td', 'tr', 'li', 'svg'].map((name) => named(of, name).length);
    const without = page(formatted('html', { ...plain, acts: run.acts ?? [] }));
    // What stands in a name is not counted where it is none: both pages have the same elements.
    expect(counts(read).slice(0, 2)).toEqual([0, 0]);
    expect(counts(read).slice(3)).toEqual(counts(without).slice(3));
  });

  it('makes no element of XML, and is told by it', () => {
    const text = formatted('junit', run);
    const cases = junit(text);
    expect(text).not.toMatch(/\p{Noncharacter_Code_Point}/u);
    expect(cases.length).toBe(junit(formatted('junit', plain)).length);
  });

  it('makes no column, link, code or heading of Markdown', () => {
    const text = formatted('md', run);
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const table = text
      .slice(text.indexOf('## VMs'))
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const columns = (line: string) => line.split(/(?<!\\)(?:\\\\)*\|/).length;
    expect(new Set(table.slice(0, 4).map(columns)).size).toBe(1);
    expect(rows.join('\n')).not.toMatch(/(?<!\\)[`<[]|(?<!\\)www\.evil/);
    expect(text.match(/^#+ /gm)?.length).toBe(
      formatted('md', { ...plain, acts: run.acts ?? [] }).match(/^#+ /gm)?.length,
    );
  });

  it('is no template and no line of Terraform', () => {
    const text = formatted('terraform', { ...run, kind: 'migrate', drill: null });
    const lines = text.split('\n').filter((line) => line.startsWith('  id ='));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(
        /^ {2}id = "\$\{var\.drover_org\}\.\$\{var\.drover_vdc\}\.urn:vcloud:vm:((?!(?<![$%])[$%]\{)([^"\\]|\\.))*"$/,
      );
    }
  });

  it.each(Object.keys(DRILLS_FORMATS) as (keyof typeof DRILLS_FORMATS)[])(
    'draws nothing by a year of drills as %s',
    (format) => {
      const record = {
        run: 'd-1',
        state: 'failed',
        mode: 'test',
        startedAt: at(0),
        finishedAt: at(60),
        vms: 1,
        failed: 1,
        objectives: { rtoSeconds: 30, rpoSeconds: null },
        rtoSeconds: 60,
        rpoSeconds: null,
        rpoUncertaintySeconds: null,
        findings: [text],
        signedBy: { at: at(90), by: text, note: null, reference: null },
      } as const;
      const document = drillsDocument(
        { drill: text, since: at(0), drills: [{ ...record, findings: [text] }], missing: text },
        '0.1.0',
      );
      const made = [...DRILLS_FORMATS[format](document)].join('');
      if (format === 'html') {
        const read = page(made);
        expect(read.errors).toEqual([]);
        expect([named(read, 'script'), named(read, 'img')]).toEqual([[], []]);
      } else if (format === 'csv') {
        expect(csvRows(made)).toHaveLength(1);
        expect(csvRows(made)[0]?.findings).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      } else if (format === 'json') {
        expect(reportFaults(JSON.parse(made), 'drill-reports')).toEqual([]);
      } else {
        expect(made.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }
    },
  );
});

describe('the evidence of 10,000 VMs', () => {
  const id = (n: number) => `${String(n).padStart(8, '0')}-305d-46f6-865f-b605e70acef8`;
  const vms = Array.from({ length: 10_000 }, (_, n) =>
    moved(`application-server-${n}`, {
      id: id(n),
      replicationId: `C4-${id(n)}`,
      recoveredAs: [id(n + 10_000)],
      copiedAt: at(60),
      operations: (['start', 'sync', 'migrate', 'delete'] as const).map((kind, k) =>
        sent(kind, 10 + 30 * k, 30 + 30 * k, {
          operationId: `drover/exit-1/${id(n)}/${kind}/1`,
          taskId: id(n + 20_000 + k),
          site: 'lyon',
        }),
      ),
    }),
  );
  const document = documented(report(vms, { state: 'succeeded', finishedAt: at(200) }), facts());

  it('is a page of at most 10 MB', () => {
    let bytes = 0;
    for (const piece of REPORT_FORMATS.html(document)) bytes += Buffer.byteLength(piece);
    expect(bytes).toBeGreaterThan(10_000 * 300);
    expect(bytes).toBeLessThan(10_000_000);
  });

  it('is a text whose columns stand below each other, from the first VM to the last', () => {
    const text = [...REPORT_FORMATS.text(document)].join('');
    const rows = text.split('\n').filter((line) => line.startsWith('application-server-'));
    expect(rows).toHaveLength(10_000);
    expect(new Set(rows.map((row) => row.indexOf('pilot'))).size).toBe(1);
    expect(new Set(rows.map((row) => row.indexOf('at most 20 s'))).size).toBe(1);
  });

  const piecewise = REPORT_FORMAT_NAMES.filter((format): format is ReportFormat => format !== 'text');
  it.each(piecewise)('comes in pieces as %s, none of which has more than some hundreds of VMs', (format) => {
    let longest = 0;
    for (const piece of REPORT_FORMATS[format](document)) longest = Math.max(longest, piece.length);
    expect(longest).toBeLessThan(600 * 1024);
  });
});

describe('the schemas of reports', () => {
  it('hold what the documents hold, which the compiler sees, and nothing is lost by them', () => {
    const document: z.output<typeof reportSchema> = documented(report([moved('web1')]), facts());
    expect(reportSchema.parse(document)).toEqual(document);
    const drills: z.output<typeof drillsSchema> = drillsDocument(
      { drill: 'd', since: at(0), drills: [], missing: null },
      '0.1.0',
    );
    expect(drillsSchema.parse(drills)).toEqual(drills);
  });

  it.each(Object.entries(reportSchemaFiles()))(
    'are in schema/ as the code has them, %s (else: npm run schema)',
    (name, text) => {
      expect(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8')).toBe(text);
    },
  );
});
