import { describe, expect, it } from '@jest/globals';
import { mapNetworks } from '../../contract/mapped-networks.js';
import type { ShownNetworks } from '../../contract/shown-networks.js';

const nics = (...all: object[]) => ({ vmNetworkSettings: { nics: all } });
const lan = { nicIndex: 0, network: 'lan' };
const dmz = { nicIndex: 1, network: 'dmz' };
const map = { lan: 'isolated' };

describe('a map of test networks', () => {
  it.each<[string, ShownNetworks, ReturnType<typeof mapNetworks>['nics'], string[]]>([
    ['its own', { failoverSettings: nics(lan) }, [{ nicIndex: 0, isConnected: true, network: 'isolated' }], []],
    ['one out', { failoverSettings: nics(dmz) }, [{ nicIndex: 1, isConnected: true }], ['dmz']],
    [
      'one that is not connected',
      { failoverSettings: nics({ ...dmz, isConnected: false }) },
      [{ nicIndex: 1, isConnected: false }],
      [],
    ],
    [
      'one without a network',
      { failoverSettings: nics({ nicIndex: 2 }) },
      [{ nicIndex: 2, isConnected: true }],
      ['the unnamed one of NIC 2'],
    ],
    [
      'one to the test settings of its replication',
      { failoverSettings: nics(dmz), failoverTestSettings: nics({ nicIndex: 1, network: 'bubble' }) },
      [{ nicIndex: 1, isConnected: true, network: 'bubble' }],
      [],
    ],
    [
      'one to the test mapping of its replication',
      {
        failoverSettings: nics(dmz),
        failoverTestSettings: {
          vAppNetworkSettings: {
            networkMappings: [{ sourceNetworkName: 'dmz', destinationOrgVdcNetwork: { id: 'n1', name: 'bubble' } }],
          },
        },
      },
      [{ nicIndex: 1, isConnected: true, network: 'bubble' }],
      [],
    ],
  ])('leads or leaves: %s', (_, shown, expected, unmapped) => {
    expect(mapNetworks(map, shown)).toMatchObject({ nics: expected, mappings: [], unmapped });
  });

  it('gives way to what the file says of a NIC itself', () => {
    const shown = { failoverSettings: nics(lan, dmz) };
    expect(mapNetworks(map, shown, { nics: [{ nicIndex: 1, network: 'bubble' }] })).toEqual({
      nics: [
        { nicIndex: 0, isConnected: true, network: 'isolated' },
        { nicIndex: 1, isConnected: true, network: 'bubble' },
      ],
      mappings: [],
      unmapped: [],
      repeated: { nics: [], names: [] },
    });
  });

  it('repeats what only the test settings of the replication say', () => {
    const failoverTestSettings = nics({ ...dmz, network: 'bubble' });
    const off = { nicIndex: 2, network: 'lan', isConnected: false };
    const shown = { failoverSettings: nics(lan, dmz, off), failoverTestSettings };
    expect(mapNetworks(map, shown).repeated).toEqual({ nics: [1, 2], names: [] });
    const networkMappings = [
      { sourceNetworkName: 'lan', destinationOrgVdcNetwork: { id: 'n1', name: 'elsewhere' } },
      { sourceNetworkName: 'dmz', destinationOrgVdcNetwork: { id: 'n2', name: 'bubble' } },
    ];
    expect(mapNetworks(map, { failoverTestSettings: { vAppNetworkSettings: { networkMappings } } }).repeated).toEqual({
      nics: [],
      names: ['elsewhere', 'bubble'],
    });
  });

  it('covers NICs that only the test settings of the replication show', () => {
    const shown = { failoverSettings: nics(lan), failoverTestSettings: nics({ ...dmz, network: 'bubble' }) };
    expect(mapNetworks(map, shown).nics).toEqual([
      { nicIndex: 0, isConnected: true, network: 'isolated' },
      { nicIndex: 1, isConnected: true, network: 'bubble' },
    ]);
  });

  it('is all there is where no NICs are told, but for networks that are mapped in production', () => {
    const mapping = (sourceNetworkName: string) => ({ sourceNetworkName, destinationOrgVdcNetwork: { id: 'n9' } });
    const shown = { failoverSettings: { vAppNetworkSettings: { networkMappings: [mapping('lan'), mapping('dmz')] } } };
    const mappings = [{ from: 'lan', to: 'isolated' }];
    expect(mapNetworks(map, {})).toMatchObject({ nics: null, mappings, unmapped: [] });
    expect(mapNetworks(map, shown)).toMatchObject({ nics: null, mappings, unmapped: ['dmz'] });
  });
});
