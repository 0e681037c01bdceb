import { describe, expect, it } from '@jest/globals';
import { judge, type LedgerLine, verdictText } from '../../cli/demo/verdict.js';

const SITES = { source: 'paris', destination: 'lyon' };
const VMS = [
  { id: 'a', name: 'web1' },
  { id: 'b', name: 'web2' },
];
type World = Parameters<typeof judge>[2];

const ledger = (): LedgerLine[] =>
  VMS.flatMap(({ id }): LedgerLine[] => [
    { kind: 'start', vmId: id },
    { kind: 'migrate', vmId: id },
    { kind: 'power-off', vmId: id },
  ]);
const world = (): World => ({
  sites: {
    paris: { vms: VMS.map(({ id }) => ({ id, origin: null, powerState: 'POWERED_OFF', testCopy: false })) },
    lyon: { vms: VMS.map(({ id }) => ({ id: `r-${id}`, origin: id, powerState: 'POWERED_ON', testCopy: false })) },
  },
});

describe("the verdict on the simulator's books", () => {
  it('is good when each VM was started and migrated once, is off here and on there', () => {
    const verdict = judge(VMS, ledger(), world(), SITES);
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdictText(verdict)).toContain('nothing lost, nothing twice');
  });

  it.each<[string, (books: LedgerLine[], world: World) => void, string]>([
    ['a second start', (books) => books.push({ kind: 'start', vmId: 'a' }), 'web1: 2 starts accepted'],
    ['no migrate', (books) => books.splice(4, 1), 'web2: 0 migrates accepted'],
    ['a source that is on', (_, w) => change(w, 'paris', 0, 'POWERED_ON'), 'web1: its source is not off'],
    ['a recovered VM that is off', (_, w) => change(w, 'lyon', 1, 'POWERED_OFF'), 'web2: 0 recovered VMs on'],
    [
      'two recovered VMs',
      (_, w) => w.sites.lyon?.vms.push({ ...w.sites.lyon.vms[0] } as never),
      'web1: 2 recovered VMs on',
    ],
  ])('is bad with %s', (_, spoil, wrong) => {
    const [books, state] = [ledger(), world()];
    spoil(books, state);
    const verdict = judge(VMS, books, state, SITES);
    expect(verdict).toMatchObject({ ok: false, wrong: [wrong] });
    expect(verdictText(verdict)).toContain(`WRONG: ${wrong}`);
  });
});

function change(state: World, site: string, index: number, powerState: 'POWERED_ON' | 'POWERED_OFF'): void {
  const vm = state.sites[site]?.vms[index];
  if (vm !== undefined) {
    vm.powerState = powerState;
  }
}
