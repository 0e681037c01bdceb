/** Which NICs of a copy go into networks that somebody named for a test: the same for whoever named them. */
import { describe, expect, it } from '@jest/globals';
import { testNetworks } from '../../contract/covered-nics.js';
import type { SettingsOfNetworks, ShownNetworks } from '../../contract/shown-networks.js';

const nics = (...all: object[]) => ({ vmNetworkSettings: { nics: all } });
const mapping = (sourceNetworkName: string, name = 'isolated') => ({
  vAppNetworkSettings: { networkMappings: [{ sourceNetworkName, destinationOrgVdcNetwork: { id: 'n1', name } }] },
});
const bridge = (name: string) => ({ vAppNetworkSettings: { bridgeOrgVdcNetworks: [{ id: 'n2', name }] } });
const at = (nicIndex: number, network?: string) => ({ nicIndex, isConnected: true, network });

const ONE = { failoverSettings: nics(at(0, 'net-a')) };
const TWO = { failoverSettings: nics(at(0, 'net-a'), at(1, 'net-b')) };
const A = { nicIndex: 0, network: 'net-a' };
const B = { nicIndex: 1, network: 'net-b' };
const unnamed = (nicIndex: number) => ({ nicIndex, network: null });

/** What says it, once as a drill's and once as the replication's own: they cover the same. */
describe.each(['file', 'replication'] as const)('what a %s says', (from) => {
  const judged = (said: SettingsOfNetworks, shown: ShownNetworks) =>
    from === 'file' ? testNetworks(said, shown) : testNetworks({}, { ...shown, failoverTestSettings: said });

  it.each<[string, SettingsOfNetworks, ShownNetworks, string[]]>([
    ['a mapping of its network', mapping('net-a'), ONE, ['isolated']],
    ['a mapping by the id of its network', mappingOfId('net-a'), ONE, ['isolated']],
    ['its own network', nics(at(0, 'bubble')), ONE, ['bubble']],
    ['its own network, led on by a mapping', { ...nics(at(0, 'net-a')), ...mapping('net-a') }, ONE, ['isolated']],
    ['a bridge of the network that it is in', bridge('net-a'), ONE, ['net-a']],
    ['not being connected', nics({ nicIndex: 0, isConnected: false }), ONE, ['none (disconnected)']],
    ['each its own way', { ...nics(at(1, 'bubble')), ...mapping('net-a') }, TWO, ['isolated', 'bubble']],
    ['a mapping where no NICs are shown', mapping('net-q'), {}, ['isolated']],
    [
      'a mapping, the other being unplugged in production as well',
      mapping('net-a'),
      { failoverSettings: nics(at(0, 'net-a'), { nicIndex: 1, isConnected: false, network: 'net-b' }) },
      ['isolated'],
    ],
  ])('covers all NICs by %s', (_, said, shown, names) => {
    expect(judged(said, shown)).toEqual({ named: [{ from, names }], uncovered: [] });
  });

  it.each<[string, SettingsOfNetworks, ShownNetworks, string[], object[]]>([
    ['a mapping of another network', mapping('net-x'), ONE, [], [A]],
    ['a mapping of one of two', mapping('net-a'), TWO, ['isolated'], [B]],
    ['the network of one NIC of two', nics(at(0, 'isolated')), TWO, ['isolated'], [B]],
    ['a bridge that no NIC is connected to', bridge('isolated'), ONE, [], [A]],
    ['an address alone', nics({ nicIndex: 0, ipAddress: '10.0.0.5' }), ONE, [], [A]],
    ['no NICs, and a mapping of another network', { ...nics(), ...mapping('net-q') }, ONE, [], [A]],
    ['a copy of the source networks', { vAppNetworkSettings: { copySourceNetworks: true } }, ONE, [], [A]],
    [
      'a mapping, of a NIC in a network not told',
      mapping('net-a'),
      { failoverSettings: nics(at(2)) },
      [],
      [unnamed(2)],
    ],
    ['a NIC that is not shown, without its network', nics(at(0, 'isolated'), at(1)), ONE, ['isolated'], [unnamed(1)]],
    ['nothing', {}, ONE, [], [A]],
  ])('leaves a NIC out by %s', (_, said, shown, names, uncovered) => {
    expect(judged(said, shown)).toEqual({ named: names.length === 0 ? [] : [{ from, names }], uncovered });
  });

  it('is nothing where no NICs are shown and no network is named', () => {
    expect(judged({}, {})).toBeNull();
    expect(judged({ vAppNetworkSettings: { copySourceNetworks: true } }, {})).toBeNull();
  });
});

function mappingOfId(id: string): SettingsOfNetworks {
  const destinationOrgVdcNetwork = { id: 'n1', name: 'isolated' };
  return { vAppNetworkSettings: { networkMappings: [{ sourceOrgVdcNetwork: { id }, destinationOrgVdcNetwork }] } };
}

describe('a drill beside the test settings of a replication', () => {
  it('goes in place of settings of the same kind, and beside those of the other', () => {
    const own = { failoverTestSettings: { ...mapping('net-b', 'bubble'), ...nics(at(1, 'bubble')) } };
    expect(testNetworks(mapping('net-a'), { ...TWO, ...own })).toEqual({
      named: [
        { from: 'file', names: ['isolated'] },
        { from: 'replication', names: ['bubble'] },
      ],
      uncovered: [],
    });
    expect(testNetworks(mapping('net-a'), { ...TWO, failoverTestSettings: mapping('net-b') })?.uncovered).toEqual([B]);
    expect(testNetworks(nics(at(0, 'isolated')), { ...TWO, ...own })).toMatchObject({
      named: [{ names: ['isolated'] }, { names: ['bubble'] }],
      uncovered: [],
    });
  });

  it('is held to NICs that only the test settings show', () => {
    const shown = { ...ONE, failoverTestSettings: nics(at(1, 'bubble')) };
    expect(testNetworks(mapping('net-a'), shown)).toEqual({
      named: [
        { from: 'file', names: ['isolated'] },
        { from: 'replication', names: ['bubble'] },
      ],
      uncovered: [],
    });
    expect(testNetworks({}, shown)?.uncovered).toEqual([A]);
  });

  it('names nothing by NICs that are all unplugged in production alone', () => {
    expect(testNetworks({}, { failoverSettings: nics({ nicIndex: 0, isConnected: false }) })).toBeNull();
  });

  it('does not name what it repeats of the replication', () => {
    const bubble = { from: 'replication', names: ['bubble'] };
    const sent = nics(at(0, 'isolated'), at(1, 'bubble'));
    expect(testNetworks(sent, TWO, { nics: [1], names: [] })?.named).toEqual([
      { from: 'file', names: ['isolated'] },
      bubble,
    ]);
    expect(testNetworks(mapping('net-b', 'bubble'), {}, { nics: [], names: ['bubble'] })?.named).toEqual([bubble]);
  });
});
