import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { vmText } from '../../cli/text/vm-text.js';
import { attentionFor, type Findings } from '../../client/attention.js';
import { WorkflowFailing } from '../../client/errors.js';
import { mergeReports } from '../../client/merge-open.js';
import { findScope, findVm } from '../../client/scope.js';
import { shellWord } from '../../client/shell-word.js';
import { typedVm, typedVmOfShow, typedWave } from '../../client/typed.js';
import type { VmReport } from '../../contract/report.js';
import type { UnderWay } from '../../contract/under-way.js';
import { report, vm } from '../support/reports.js';

const nothing: Findings = {
  runFailing: null,
  failing: [],
  endedOutside: null,
  loading: null,
  unknown: [],
  approval: 'wave',
  brakes: [],
};

describe('what a person should see about a run', () => {
  it('is nothing while it goes on by itself', () => {
    expect(attentionFor(report([vm('a', { state: 'running' })]), nothing)).toEqual([]);
  });

  it('is the next approval to give, per wave', () => {
    const waits = { state: 'waiting', waitingFor: 'approval' } as const;
    const run = report([vm('a', waits), vm('b', waits), vm('c', { ...waits, wave: 'second wave' })]);
    expect(attentionFor(run, nothing).map(({ next }) => next)).toEqual([
      'drover approve exit-1 pilot',
      "drover approve exit-1 'second wave'",
    ]);
  });

  it('is one approval where the plan asks for that of the run', () => {
    const waits = { state: 'waiting', waitingFor: 'approval' } as const;
    const all = report([vm('a', waits), vm('b', { ...waits, wave: 'two' })]);
    const attention = attentionFor(all, { ...nothing, approval: 'run' });
    const message = '2 VMs wait for an approval of the run to be cut over.';
    expect(attention).toEqual([{ kind: 'approval', message, next: 'drover approve exit-1' }]);
    const text = vmText({ ...all, attention }, vm('a', waits), pc.createColors(false));
    expect(text).toMatch(/next: drover approve exit-1$/m);
  });

  it('counts the VMs of a vApp, as totals do', () => {
    const vms = ['db', 'web'].map((name) => ({ id: `id-of-${name}`, name, replicationId: null }));
    const waits = { id: 'vapp:crm', vms, state: 'waiting', waitingFor: 'approval' } as const;
    const [found] = attentionFor(report([vm('crm', waits)]), { ...nothing, approval: 'vm' });
    expect(found?.message).toBe('2 VMs of wave pilot wait for an approval to be cut over: crm.');
  });

  it('is the approval of one VM where the plan asks for that of each', () => {
    const waits = { state: 'waiting', waitingFor: 'approval' } as const;
    const run = report([vm('a b', waits), vm('c', waits), vm('pilot', { ...waits, wave: 'two' })]);
    const [first, second, ...more] = attentionFor(run, { ...nothing, approval: 'vm' });
    expect(more).toEqual([]);
    expect(first).toMatchObject({ kind: 'approval', next: "drover approve exit-1 'a b'" });
    expect(first?.message).toBe('2 VMs of wave pilot each wait for an approval to be cut over: a b, c.');
    expect(second?.next).toBe('drover approve exit-1 vm:pilot');
    expect(vmText(run, vm('pilot', waits), pc.createColors(false))).toContain('next: drover approve exit-1 vm:pilot');
  });

  it('is what is amiss with copies that wait, while there is time to mend it', () => {
    const since = '2026-12-01T10:00:00.000Z';
    const ill = (name: string, code: string) =>
      vm(name, {
        state: 'waiting',
        waitingFor: 'window',
        copy: { lagSeconds: 60, seenAt: since },
        retrying: { code, message: `the copy of ${name} is ill`, advice: 'Look.', since, tries: null, until: null },
      });
    const waits = { state: 'waiting', waitingFor: 'window', copy: { lagSeconds: 60, seenAt: since } } as const;
    const run = report([ill('a', 'X'), ill('b', 'Y'), ill('c', 'Y'), vm('d', waits)]);
    expect(attentionFor(run, nothing)).toEqual([
      { kind: 'copy', message: 'X: the copy of a is ill. Next: Look.', next: 'drover show exit-1 a' },
      {
        kind: 'copy',
        message: '2 copies that wait for their cutover are not well (Y): b, c.',
        next: 'drover show exit-1 b',
      },
    ]);
    expect(vmText(run, vm('d', waits), pc.createColors(false))).toMatch(/copy +at most 1 min 00 s old, seen/);
  });

  it('is why it is paused, and what each site holds', () => {
    const hold = { site: 'lyon', code: 'ServiceNotLicensed', message: 'lyon has no licence', advice: 'Renew it.' };
    const run = report(
      ['a', 'b', 'c', 'd'].map((name) => vm(name)),
      { state: 'paused', pausedBecause: 'coffee' },
    );
    const vms = run.vms.map((one) => ({ ...one, hold }));
    const [paused, holding, ...more] = attentionFor({ ...run, vms }, nothing);
    expect(paused).toEqual({ kind: 'paused', message: 'Paused: coffee', next: 'drover resume exit-1' });
    expect(holding?.message).toBe(
      'a, b, c and 1 more are held by site lyon (ServiceNotLicensed): lyon has no licence. Renew it.',
    );
    expect(more).toEqual([]);
  });

  it('is each cause for which a site holds VMs, though the code is the same', () => {
    function held(name: string, why: string) {
      const message = `start of ${name} (id-of-${name}): ${why}`;
      return vm(name, { hold: { site: 'lyon', code: 'Undecided', message, advice: null } });
    }
    const run = report([held('a', 'no mark'), held('b', 'no mark'), held('c', 'two tasks')]);
    expect(attentionFor(run, nothing).map(({ message }) => message)).toEqual([
      'a, b are held by site lyon (Undecided): start of a (id-of-a): no mark',
      'c is held by site lyon (Undecided): start of c (id-of-c): two tasks',
    ]);
  });

  it('is what a site holds once, where the run is paused for it', () => {
    const hold = { site: 'lyon', code: 'LoginRefused', message: 'lyon refuses the login.', advice: 'Correct it.' };
    const run = report([vm('a', { hold })], {
      state: 'paused',
      pausedBecause: hold.message,
      pausedAdvice: hold.advice,
    });
    const texts = attentionFor(run, nothing).map(({ message }) => message);
    expect(texts).toEqual([
      'Paused: lyon refuses the login. Correct it.',
      'a is held by site lyon (LoginRefused), for that reason.',
    ]);
  });

  it('is failing code, once however many workflows meet it, with the way out', () => {
    const failing = ['a', 'b'].map((id) => new WorkflowFailing(`vm/paris/${id}`, 9, 'TypeError: boom'));
    const [only, ...more] = attentionFor(report([]), { ...nothing, failing });
    expect(more).toEqual([]);
    expect(only?.message).toMatch(/vm\/paris\/a, attempt 9: TypeError: boom\. So do 1 other/);
    expect(only?.next).toMatch(/worker's log.*redeploy/);
  });

  it('is first of all which VMs may be off, the longest first, and what to do', () => {
    const error = {
      code: 'VmPowerOffFailed',
      message: 'm',
      operation: 'migrate',
      taskId: 't',
      site: 'lyon',
      advice: null,
    } as const;
    const run = report([
      vm('a', { state: 'failed', error, downSince: '2026-12-05T22:10:00.000Z' }),
      vm('b', { state: 'running', downSince: '2026-12-05T22:00:00.000Z' }),
      vm('c', { state: 'failed', error, downSince: '2026-12-05T22:05:00.000Z' }),
      vm('d', { state: 'failed', error }),
    ]);
    const [down, ...more] = attentionFor({ ...run, pausedBecause: 'three alike' }, nothing);
    expect(down).toMatchObject({ kind: 'down', next: 'drover show exit-1 c' });
    expect(down?.message).toContain('2 VMs may be off');
    expect(down?.message).toMatch(
      /c since 2026-12-0\d \d\d:05.*, a since 2026-12-0\d \d\d:10.*power the source on.*VmPowerOffFailed/,
    );
    expect(more.map(({ kind }) => kind)).toEqual(['paused']);
  });

  describe('of a VM that may be off', () => {
    const downSince = '2026-12-05T22:00:00.000Z';
    const off = { power: 'off', since: downSince, known: 'POWERED_OFF', before: 'on' } as const;
    const unknown = { ...off, power: 'unknown', known: 'no answer' } as const;
    const error = {
      code: 'BadRequest',
      message: 'm',
      operation: 'migrate',
      taskId: 't',
      site: 'lyon',
      advice: null,
    } as const;
    const migrate = {
      kind: 'migrate',
      operationId: 'o',
      taskId: 't',
      adopted: false,
      submittedAt: downSince,
      finishedAt: downSince,
      result: 'failed',
    } as const;
    const own = { downSince, operations: [migrate] };
    const told = (...vms: Partial<VmReport>[]) =>
      attentionFor(report(vms.map((change, n) => vm(`web${n}`, change))), nothing)
        .filter(({ kind }) => kind === 'down')
        .map(({ message }) => message);

    it.each<[string, Partial<VmReport>, RegExp, RegExp]>([
      [
        'off, without a copy',
        { ...own, state: 'failed', error, source: off },
        /a cutover has begun.*source is off, and no copy is known.*power the source on again.*BadRequest/,
        /recovered/,
      ],
      [
        'off, with a copy',
        { ...own, state: 'failed', error, source: off, recoveredAs: ['vm-9'] },
        /source is off, and it was recovered: .*leave the source off/,
        /power the source on/,
      ],
      [
        'not known, as one that was on before its cutover',
        { ...own, state: 'cancelled', source: { ...off, power: 'on' } },
        /on is not known, nor whether a copy runs: look at both.*it was stopped/,
        /source on again/,
      ],
      [
        'not known, with a copy',
        { ...own, state: 'failed', error, source: unknown, recoveredAs: ['vm-9'] },
        /on is not known, and it was recovered: .*leave the source off/,
        /power the source on/,
      ],
      [
        'off by an earlier run, while it waits at its gate',
        { downSince, state: 'waiting', step: 'gate', waitingFor: 'approval', source: off },
        /a cutover that an earlier run began; this run has not touched it.*no copy is known.*before its own cutover/,
        /a cutover has begun|See why/,
      ],
      [
        'off by an earlier run, while it is copied',
        { downSince, state: 'running', step: 'initial-sync', source: unknown },
        /an earlier run began.*look at both sites/,
        /a cutover has begun|See why/,
      ],
      [
        'off by an earlier run, while it is protected by this one',
        { downSince, state: 'succeeded', step: 'done', source: off },
        /an earlier run began/,
        /powerOn: false|before its own cutover/,
      ],
      [
        'off perhaps, since its cutover may not have arrived',
        { downSince, state: 'failed', error: { ...error, code: 'Undecided' } },
        /whether its cutover has begun cannot be told.*look at both sites.*Undecided/,
        /a cutover has begun|earlier run/,
      ],
      [
        'off by its plan',
        { ...own, state: 'succeeded', operations: [{ ...migrate, result: 'succeeded' }], source: off },
        /by the plan \(powerOn: false\).*where it was recovered/,
        /source on/,
      ],
    ])('says what follows from what is known: %s', (_, change, is, isNot) => {
      const messages = told(change);
      expect(messages).toEqual([expect.stringMatching(is)]);
      expect(messages).not.toEqual([expect.stringMatching(isNot)]);
    });

    it('says it once for those of which the same is known, and apart for others', () => {
      const failed = { ...own, state: 'failed', error, source: off } as const;
      expect(told(failed, { ...failed, source: unknown }, failed)).toEqual([
        expect.stringMatching(/^2 VMs.*web0 since .*, web2 since/),
        expect.stringMatching(/^1 VM .*web1 since/),
      ]);
    });

    it('says nothing while its own cutover works on it', () => {
      expect(told({ ...own, state: 'running', step: 'migrate', source: off })).toEqual([]);
    });
  });

  it('is that somebody terminated it', () => {
    const run = report([vm('a', { state: 'running' })], { state: 'cancelled', finishedAt: '2026-12-05T22:00:00.000Z' });
    expect(attentionFor(run, { ...nothing, endedOutside: 'TERMINATED' })[0]?.message).toMatch(
      /was terminated\. 1 VM had/,
    );
  });
});

describe('a report with what its open VMs say', () => {
  it('takes their word, but never over what the run knows of one that has ended or waits at its gate, and counts anew', () => {
    const run = report([
      vm('a', { state: 'succeeded' }),
      vm('b', { state: 'running', step: 'start' }),
      vm('c'),
      vm('d', { state: 'waiting', step: 'gate', waitingFor: 'approval' }),
    ]);
    const now = new Map([
      ['id-of-a', vm('a', { state: 'running' })],
      ['id-of-b', vm('b', { state: 'waiting', step: 'gate', waitingFor: 'capacity' })],
      ['id-of-d', vm('d', { state: 'running', step: 'initial-sync' })],
    ]);
    const merged = mergeReports(run, { now, underWay: new Map(), before: new Map() });
    expect(merged.vms.map(({ state, step }) => `${state} ${step}`)).toEqual([
      'succeeded queued',
      'waiting gate',
      'waiting queued',
      'waiting gate',
    ]);
    expect(merged.totals).toMatchObject({ succeeded: 1, waiting: 3, running: 0 });
  });

  it('says of each from when it is: from now what they or their sites tell, the rest from when they were last heard', () => {
    const [early, late] = ['2026-12-05T22:00:00.000Z', '2026-12-05T22:05:00.000Z'];
    const open = (name: string, asOf = early) => vm(name, { state: 'running', step: 'start', asOf });
    const run = report(['own', 'copied', 'queued', 'silent', 'spoke'].map((name) => open(name)));
    const under = (name: string, change: Partial<UnderWay>) =>
      [`id-of-${name}`, { workflowId: `vm/paris/id-of-${name}`, step: null, waitingFor: null, ...change }] as const;
    const merged = mergeReports(run, {
      now: new Map([['id-of-own', vm('own', { state: 'running', step: 'verify' })]]),
      underWay: new Map([under('copied', { step: 'initial-sync' }), under('queued', { waitingFor: 'capacity' })]),
      before: new Map([['id-of-spoke', { ...open('spoke', late), asOf: late, step: 'migrate' }]]),
    });
    expect(merged.vms.map(({ name, state, step, waitingFor, asOf }) => [name, state, step, waitingFor, asOf])).toEqual([
      ['own', 'running', 'verify', null, undefined],
      ['copied', 'running', 'initial-sync', null, undefined],
      ['queued', 'waiting', 'start', 'capacity', undefined],
      ['silent', 'running', 'start', null, early],
      ['spoke', 'running', 'migrate', null, late],
    ]);
  });

  it('says of one that is held that it waits for a person, though it was not asked', () => {
    const hold = { site: 'lyon', code: 'LoginRefused', message: 'lyon refuses the login.', advice: null };
    const run = report([vm('a', { state: 'running', hold })]);
    const [only] = mergeReports(run, { now: new Map(), underWay: new Map(), before: new Map() }).vms;
    expect(only).toMatchObject({ state: 'waiting', waitingFor: 'hold', hold });
  });
});

describe('a command that is proposed', () => {
  const twins = [vm('twin', { id: 'id-1' }), vm('twin', { id: 'id-2' })];
  const odd = [
    vm('two words'),
    vm("it's"),
    vm('-rf'),
    vm('vm:web'),
    vm('wave:web'),
    vm('pilot'),
    vm('$HOME'),
    vm('a\\b'),
  ];
  const all = report([...twins, ...odd, vm('last', { wave: 'second wave' })]);

  // As a shell does.
  const unquoted = (word: string) => (word.startsWith("'") ? word.slice(1, -1).replaceAll(`'\\''`, "'") : word);

  it.each(all.vms.map((one) => [`${one.name} (${one.id})`, one] as const))('means %s, and no other', (_, one) => {
    const word = typedVm(all, one);
    expect(unquoted(word)).not.toMatch(/^-/);
    expect(findScope(all, unquoted(word))).toEqual({ vm: one.id });
    expect(findVm(all, unquoted(typedVmOfShow(all, one))).id).toBe(one.id);
  });

  it.each(['pilot', 'second wave'])('means wave %s where a VM has its name as well', (wave) => {
    expect(findScope(all, unquoted(typedWave(all, wave)))).toEqual({ wave });
  });
});

describe('a word of a command', () => {
  it('is quoted when a shell would read it otherwise', () => {
    expect(['web1', 'second wave', "it's"].map(shellWord)).toEqual(['web1', "'second wave'", `'it'\\''s'`]);
  });
});
