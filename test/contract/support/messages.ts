/** Every message that workflows take, as it is sent, and what somebody else may send under its name. */
import type * as guards from '../../../contract/guards.js';
import type { Members } from '../../../contract/members.js';
import * as messages from '../../../contract/messages.js';
import { untouched, type VmReport } from '../../../contract/report.js';
import type { UnitMemory } from '../../../contract/unit.js';

export interface Message {
  signal: string;
  guard: keyof typeof guards;
  message: Members;
}

/** Whom the messages are about, so that none is dropped for being another's. */
export interface Subject {
  run: string;
  unit: string;
  operationId: string;
  workflowId: string;
  site: string;
}

export function messagesAbout({ run, unit, operationId, workflowId, site }: Subject): Message[] {
  const at = '2026-01-01T00:00:00Z';
  const untold = untouched({ id: unit, name: 'web1' }, 'all');
  // Nothing that a unit may say of itself is missing, so that each part of it is attacked.
  const report: Required<VmReport> = {
    ...untold,
    waitingFor: 'hold',
    waitingSince: at,
    waitingUntil: at,
    waitingOn: 'wave pilot',
    replicationId: 'C4-1',
    recoveredAs: ['vm-9'],
    vms: [{ id: 'vm-1', name: 'db1', replicationId: 'C4-7', recoveredAs: 'vm-11', power: 'on' }],
    startedAt: at,
    finishedAt: at,
    outageSeconds: 1,
    downSince: at,
    source: { power: 'on', since: at, known: 'its site', before: 'on' },
    networks: [{ from: 'file', names: ['net-a'] }],
    notes: ['one'],
    rtoSeconds: 1,
    rpoSeconds: 1,
    rpoUncertaintySeconds: 1,
    hooks: [
      {
        event: 'afterVm',
        wave: 'all',
        url: 'https://itsm.example.com/',
        key: 'drover/r/x/vm/afterVm/1',
        at,
        finishedAt: at,
        attempts: 1,
        result: 'failed',
        rule: 'warn',
        error: 'no',
      },
    ],
    checks: [{ name: 'tcp', ok: true, detail: '', advice: 'look', attempts: 1, startedAt: at, finishedAt: at }],
    error: { code: 'X', message: 'no', operation: 'start', taskId: 't', site, advice: 'look' },
    retrying: { code: 'X', message: 'no', advice: 'look', since: at, tries: 1, until: at },
    hold: { site, code: 'Hold', message: 'no', advice: 'look' },
    asOf: at,
    copiedAt: at,
    stepSince: at,
    progress: { percent: 1, bytes: 1, bytesTotal: 1, rate: 1, etaSeconds: 1, seenAt: at },
    copy: { lagSeconds: 1, delta: { bytes: 1, seconds: 1 }, seenAt: at },
    undoneBy: at,
    operations: [
      {
        kind: 'start',
        operationId,
        site,
        taskId: 't',
        adopted: false,
        owner: 'mine',
        submittedAt: at,
        finishedAt: at,
        result: 'succeeded',
        bytes: 1,
        warnings: [{ code: 'X', message: 'no' }],
      },
    ],
    cut: { operations: 1, warnings: 1 },
  };
  const memory: Required<UnitMemory> = {
    numbers: { start: 1 },
    site,
    peer: site,
    towards: site,
    vdc: 'vdc-1',
    vmIdNow: 'vm-9',
    syncedAt: 1,
    clocks: { [site]: { least: 1, most: 2 } },
    earlier: { replicationIds: ['C4-0'], vmIds: ['vm-8'], left: { power: 'off', downSince: at } },
    begun: {
      operationId,
      submitted: {
        taskId: 't',
        replicationId: 'C4-1',
        adopted: true,
        preexisting: false,
        submittedAt: 1,
        clock: { least: 1, most: 2 },
        mark: 'm',
        vmName: 'web1',
        adoption: { owner: 'mine', reconfigure: null },
        beside: ['C4-2'],
      },
      isConfirmed: true,
      org: 'acme',
    },
    marks: ['m'],
  };
  const ofUnit = { run, unit };
  const ofShard = { run, shard: 0 };
  const vm = { id: unit, name: 'web1' };
  const ofWorkflow = { workflowId, run, vm };
  const hold = { site, code: 'Hold', message: 'no', advice: null };
  const replication = {
    id: 'C4-1',
    recoveryState: 'NOT_STARTED',
    dataConnectionState: 'OK',
    overallHealth: 'GREEN',
    isPaused: false,
    isMigration: true,
    vmId: unit,
    vmName: 'web1',
    sourceSite: site,
    destinationSite: site,
    isReversed: false,
    latestInstance: { key: 'k', timestamp: 1, bytes: 1 },
    recoveredVappId: null,
    recoveredVmId: null,
    progress: null,
    mark: null,
    isMovingReplica: false,
    lastError: { code: 'X', message: 'no' },
  };
  const totals = { vms: 1, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, running: 1, waiting: 0 };
  const far = 1_000_000;
  const claimant = { run, parent: `shard/${run}/none`, source: site };
  const overOne = { unit: 'vm-none', revision: far };
  return [
    {
      signal: messages.unitSaidSignal.name,
      guard: 'isUnitWord',
      message: {
        ...ofUnit,
        revision: far,
        report,
        memory,
        claimedBy: null,
        kept: true,
      },
    },
    {
      signal: messages.unitReadySignal.name,
      guard: 'isUnitReady',
      message: { ...ofUnit, revision: far, report: untold },
    },
    { signal: messages.unitHeldSignal.name, guard: 'isUnitHeld', message: { ...ofUnit, hold, askedAt: 0 } },
    { signal: messages.unitNamedSignal.name, guard: 'isUnitNamed', message: { ...ofUnit, name: 'web1' } },
    { signal: messages.siteHeldSignal.name, guard: 'isSiteHeld', message: { ...hold, askedAt: 0 } },
    { signal: messages.siteAwaySignal.name, guard: 'isSiteAway', message: { site, since: 1, message: null } },
    {
      signal: messages.ordersSignal.name,
      guard: 'isOrders',
      message: { ...ofUnit, revision: far, paused: false, resumedAt: 0, stop: false, notAfter: null },
    },
    {
      signal: messages.proceedSignal.name,
      guard: 'isProceed',
      message: { ...ofUnit, proceed: { to: 'recover', triggeredAt: 1 } },
    },
    {
      signal: messages.operationEndedSignal.name,
      guard: 'isNotice',
      message: {
        operationId,
        phase: 'task',
        ok: true,
        taskId: null,
        replicationId: null,
        replication,
        error: {
          code: 'X',
          message: 'no',
          advice: null,
          meaning: 'fail',
          retry: { initial: 1, max: 1, for: 1 },
        },
        warnings: [{ code: 'X', message: 'no' }],
        at: 1,
        endedAt: 1,
      },
    },
    {
      signal: messages.operationTroubledSignal.name,
      guard: 'isTrouble',
      message: {
        operationId,
        phase: 'task',
        trouble: { code: 'X', message: 'no', advice: null, since: 1, until: 1 },
      },
    },
    { signal: messages.slotGrantedSignal.name, guard: 'isGrant', message: { run, slot: 'sync' } },
    {
      signal: messages.watchSignal.name,
      guard: 'isWatch',
      message: {
        ...ofWorkflow,
        operationId: `${operationId}/none`,
        kind: 'start',
        peer: site,
        taskId: 't',
        replicationId: null,
        phase: 'task',
        until: 'synced',
        slot: null,
        since: 1,
      },
    },
    {
      signal: messages.requestSlotSignal.name,
      guard: 'isSlotRequest',
      message: { ...ofWorkflow, slot: 'cutover', share: null },
    },
    {
      signal: messages.shareSignal.name,
      guard: 'isShare',
      message: { run, at: 1, syncs: 2, cutovers: null, priority: 'normal' },
    },
    {
      signal: messages.releaseSlotSignal.name,
      guard: 'isSlotReturn',
      message: { slot: 'cutover', workflowId: `${workflowId}/none` },
    },
    {
      signal: messages.loginTurnOverSignal.name,
      guard: 'isLoginTurnOver',
      message: {
        by: 'nobody',
        outcome: { salt: 'x', mark: 300, refused: { mark: 300, at: 1, after: 0, status: null, detail: '' } },
      },
    },
    { signal: messages.siteResumeSignal.name, guard: 'isResume', message: { at: 1 } },
    { signal: messages.unreachableSignal.name, guard: 'isUnreachable', message: { at: 1, message: 'no answer' } },
    {
      signal: messages.testCopySignal.name,
      guard: 'isTestCopy',
      message: { ...ofWorkflow, source: site, peer: site, replicationId: 'C4-none', since: 1 },
    },
    {
      signal: messages.testCopyGoneSignal.name,
      guard: 'isTestCopyGone',
      message: { replicationId: 'C4-none' },
    },
    {
      signal: messages.shardOrdersSignal.name,
      guard: 'isShardOrders',
      message: {
        ...ofShard,
        revision: far,
        begin: { selfCheck: 1_000, missingFor: 1_000 },
        paused: { message: 'no', advice: null },
        resumedAt: 0,
        cancelling: false,
        untilSynced: false,
        turn: 0,
        longest: null,
        room: { all: 10, copies: 10 },
        outcomes: [{ id: unit, name: 'web1', state: 'succeeded', isGood: true, by: [0] }],
        acts: [{ number: far, act: 'find', scope: { vm: unit } }],
        decided: 0,
      },
    },
    {
      signal: messages.shardSaidSignal.name,
      guard: 'isShardWord',
      message: {
        ...ofShard,
        revision: far,
        obeyed: 0,
        loaded: true,
        totals,
        good: 0,
        unfinished: [[0, 1]],
        wanted: { open: 1, others: 0, copies: 0 },
        longest: null,
        ends: [{ id: unit, name: 'web1', at: 1, code: null, number: 1 }],
        keepsPlaces: false,
        outcomes: [],
        answers: [{ number: far, done: { count: 0, names: [] }, asked: { count: 0, names: [] } }],
        waitsForStore: false,
        isOver: false,
      },
    },
    {
      signal: messages.shardHeldSignal.name,
      guard: 'isShardHeld',
      message: { ...ofShard, hold, askedAt: 0 },
    },
    {
      signal: messages.claimSignal.name,
      guard: 'isClaimRequest',
      message: { ...claimant, groups: [[{ unit, revision: far, also: ['C4-1'] }]], over: [overOne] },
    },
    {
      signal: messages.claimsOverSignal.name,
      guard: 'isClaimsOver',
      message: { run, parent: claimant.parent, over: [overOne] },
    },
    {
      signal: messages.claimMoreSignal.name,
      guard: 'isMoreNames',
      message: { claims: [{ ...ofUnit, also: ['vm-2'], unsent: { ...claimant, revision: far } }] },
    },
    {
      signal: messages.claimsToldSignal.name,
      guard: 'isClaimsWord',
      message: { run, granted: [overOne], waiting: [{ unit: 'vm-2', by: 'r2' }], awaited: [overOne] },
    },
  ];
}

/** No date can be made of it, though it is a number. */
export const NO_MOMENT = 1e300;

/** The message with one member, however deep, taken out or in the place of which is something else. */
export function malformed(message: Members, others: unknown[] = [null, 'junk', NO_MOMENT, {}]): Members[] {
  return pathsIn(message).flatMap((path) => [
    changed(message, path, undefined),
    ...others.map((other) => changed(message, path, other)),
  ]);
}

export function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [[name], ...pathsIn(member).map((path) => [name, ...path])]);
}

export function changed(message: Members, path: string[], other: unknown): Members {
  const copy = structuredClone(message);
  const [last = '', ...above] = path.toReversed();
  let at: Members = copy;
  for (const name of above.toReversed()) at = at[name] as Members;
  if (other === undefined) delete at[last];
  else at[last] = other;
  return copy;
}
