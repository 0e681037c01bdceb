import { describe, expect, it } from '@jest/globals';
import { networksNamed } from '../../contract/test-networks.js';

const mapped = (destinationOrgVdcNetwork: object | undefined) => ({
  vAppNetworkSettings: { networkMappings: [{ sourceNetworkName: 'lan', destinationOrgVdcNetwork }] },
});
const nics = (...all: object[]) => ({ vmNetworkSettings: { nics: all } });

describe('networks that settings name', () => {
  it.each<[string, Parameters<typeof networksNamed>[0], string[]]>([
    ['by a mapping, with its name', mapped({ id: 'net-1', name: 'isolated' }), ['isolated']],
    ['by a mapping, with its id alone', mapped({ id: 'net-1' }), ['net-1']],
    ['by a bridge', { vAppNetworkSettings: { bridgeOrgVdcNetworks: [{ id: 'net-2' }] } }, ['net-2']],
    ['by its NICs', nics({ nicIndex: 0, network: 'isolated' }, { nicIndex: 1, network: 'isolated' }), ['isolated']],
    ['by a NIC that is not connected', nics({ nicIndex: 0, isConnected: false }), ['none (disconnected)']],
  ])('%s', (_, settings, expected) => {
    expect(networksNamed(settings)).toEqual(expected);
  });

  it.each<[string, Parameters<typeof networksNamed>[0]]>([
    ['nothing', null],
    [
      'what a site shows of a replication that nobody has set up',
      {
        vAppNetworkSettings: { networkMappings: [], copySourceNetworks: false },
        vmNetworkSettings: { nics: [], copySourceNicSettings: false },
      },
    ],
    ['a copy of the source networks alone', { vAppNetworkSettings: { copySourceNetworks: true } }],
    ['a copy of the settings of the source NICs', { vmNetworkSettings: { copySourceNicSettings: true } }],
    ['one NIC of two', nics({ nicIndex: 0, network: 'isolated' }, { nicIndex: 1 })],
    ['an address without a network', nics({ nicIndex: 0, ipAddress: '10.0.0.5' })],
    ['a mapping to nowhere', mapped(undefined)],
    ['an empty name', mapped({ id: ' ' })],
    [
      'what is of another form',
      { vAppNetworkSettings: { networkMappings: 'lan' }, vmNetworkSettings: { nics: [null] } } as never,
    ],
  ])('are none in %s', (_, settings) => {
    expect(networksNamed(settings)).toBeNull();
  });
});
