/** What is remembered of a watch is kept with it: whichever worker polls next knows what the one before has seen. */
import { describe, expect, it } from '@jest/globals';
import { PollMemory } from '../../activities/watch-memory.js';
import type { Watch } from '../../contract/watch.js';
import { SiteState } from '../../workflows/site/site-state.js';

const MINUTE = 60_000;
const sync: Watch = {
  operationId: 'drover/run/vm 1/start/1',
  workflowId: 'vm/paris/vm',
  run: 'run',
  vm: { id: 'vm', name: 'web1' },
  kind: 'start',
  taskId: 't1',
  replicationId: 'C4-1',
  peer: 'paris',
  until: 'synced',
  phase: 'sync',
  slot: 'sync',
  since: 0,
};

/** One poll by a worker that knows nothing, as it is begun by the site's workflow and hands back what it saw. */
function poll(site: SiteState, at: number, details: unknown, look: (memory: PollMemory, watch: Watch) => void) {
  const memory = new PollMemory(details, new Map(), () => at);
  const { watches } = site.watchList(-1);
  memory.follow(watches ?? []);
  for (const watch of watches ?? []) look(memory, watch);
  site.apply({ ended: [], hold: null, news: memory.news });
  return memory;
}

function siteWith(watch: Watch): SiteState {
  const site = new SiteState();
  site.watch(watch);
  return site;
}

describe('how long a replication has been in error', () => {
  it('counts over workers, and anew when one of them saw it well', () => {
    const site = siteWith(sync);
    const amiss: number[] = [];
    const looks: [number, boolean][] = [
      [0, true],
      [2, true],
      [3, false],
      [5, true],
      [9, true],
    ];
    for (const [minute, isAmiss] of looks)
      poll(site, minute * MINUTE, null, (memory, watch) => amiss.push(memory.amissFor(watch, isAmiss)));
    expect(amiss).toEqual([0, 2 * MINUTE, 0, 0, 4 * MINUTE]);
  });

  it('survives a worker that dies in the middle of a poll', () => {
    const site = siteWith(sync);
    const dies = new PollMemory(null, new Map(), () => MINUTE);
    dies.follow([sync]);
    dies.amissFor(sync, true);
    const heartbeat = JSON.parse(JSON.stringify({ news: dies.news }));
    poll(site, 4 * MINUTE, heartbeat, (memory, watch) => expect(memory.amissFor(watch, true)).toBe(3 * MINUTE));
  });

  it('goes along when the site continues as new, and not into the next phase', () => {
    const site = siteWith({ ...sync, phase: 'task' });
    poll(site, 0, null, (memory, watch) => memory.wasListed(watch, true));
    const again = new SiteState(JSON.parse(JSON.stringify(site.carried)));
    poll(again, MINUTE, null, (memory, watch) => expect(memory.wasListed(watch, false)).toBe(true));
    again.apply({
      hold: null,
      ended: [{ operationId: sync.operationId, phase: 'task', ok: true, replicationId: 'C4-1' }],
    });
    expect(again.carried.watches).toEqual([sync]);
  });

  it('costs nothing while there is nothing new', () => {
    const site = siteWith(sync);
    poll(site, 0, null, (memory, watch) => {
      memory.amissFor(watch, true);
      memory.missingFor(watch, true);
      expect(memory.isNews(watch, 'Gone')).toBe(true);
    });
    const second = poll(site, MINUTE, null, (memory, watch) => {
      memory.amissFor(watch, true);
      expect(memory.missingFor(watch, true)).toBe(MINUTE);
      expect(memory.isNews(watch, 'Gone')).toBe(false);
    });
    expect(second.news).toEqual([]);
  });
});

describe('how long a copy has shown the same', () => {
  it('counts from its last change, over polls that end soon and over workers', () => {
    const site = siteWith(sync);
    const copies = new Map();
    function look(minute: number, shown: string | null, known = copies) {
      const memory = new PollMemory(null, known, () => minute * MINUTE);
      memory.follow(site.watchList(-1).watches ?? []);
      const quiet = memory.quietFor(sync, shown) / MINUTE;
      const { news } = memory;
      site.apply({ ended: [], hold: null, news });
      return { quiet, news: news.length };
    }
    expect(look(0, '10%')).toEqual({ quiet: 0, news: 0 });
    expect(look(1, '20%')).toEqual({ quiet: 0, news: 0 });
    // What has just changed costs no history.
    expect(look(1.5, '20%')).toEqual({ quiet: 0.5, news: 0 });
    expect(look(62, '20%')).toEqual({ quiet: 61, news: 1 });
    expect(look(63, '20%', new Map())).toEqual({ quiet: 62, news: 0 });
    expect(look(64, '21%')).toEqual({ quiet: 0, news: 1 });
    expect(look(65, null)).toEqual({ quiet: 0, news: 0 });
  });
});

describe('what a site keeps for a workflow that has ended', () => {
  it('goes with it: watch, slot and place in the queue, but nothing of another run of the same VM', () => {
    const site = new SiteState();
    site.configure({ syncs: 5, cutovers: 5 });
    for (const run of ['run', 'other']) {
      const { vm } = sync;
      const workflowId = run === 'run' ? sync.workflowId : 'vm/paris/other';
      site.watch({ ...sync, run, workflowId, operationId: `drover/${run}/vm/start/1` });
      site.request({ slot: 'sync', workflowId, run, vm, share: null });
      site.grant();
      site.request({ slot: 'cutover', workflowId, run, vm, share: null });
    }
    site.watch({ ...sync, run: 'later', operationId: 'drover/later/vm/start/1' });
    site.forget([{ workflowId: sync.workflowId, run: 'run' }]);
    const { watches, holders, queue } = site.carried;
    expect([watches, holders, queue].map((all) => all.map(({ run }) => run))).toEqual([
      ['other', 'later'],
      ['other'],
      ['other'],
    ]);
  });
});
