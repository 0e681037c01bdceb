/** The simulator as a target: in this process, over real HTTP, with a clock that moves when a case waits. */
import { ManualClock, type Simulator, type SimulatorOptions, startSimulator } from '../simulator/index.js';
import type { Target } from './target.js';
import { Wire } from './wire.js';

const PASSWORD = 'drover-sim';
const HERE = 'lyon';
const PEER = 'paris';
/** Every case that writes takes VMs of its own. */
const VMS = 240;

export interface SimulatedOptions extends Omit<SimulatorOptions, 'clock' | 'sites'> {
  /** address in place of the simulator's own, such as a proxy's in front of it */
  through?: (url: string) => Promise<string>;
  readOnly?: boolean;
}

export interface SimulatedTarget extends Target {
  simulator: Simulator;
}

export async function simulatedTarget(options: SimulatedOptions = {}): Promise<SimulatedTarget> {
  const { through, readOnly = false, ...more } = options;
  const clock = new ManualClock();
  const simulator = await startSimulator({ vms: VMS, ...more, clock, sites: [{ name: PEER }, { name: HERE }] });
  const { control } = simulator;
  const url = simulator.sites[HERE]?.url ?? '';
  const timeouts = { connect: 5_000, request: 20_000 };
  const here = new Wire({ name: HERE, url: (await through?.(url)) ?? url, tls: {}, timeouts, readOnly });
  const credentials = { type: 'vcdCredentials', vcdUser: 'ops@acme', vcdPassword: PASSWORD } as const;
  return {
    mode: readOnly ? 'read' : 'full',
    simulator,
    here,
    login: credentials,
    provider: { type: 'vcdCredentials', vcdUser: 'administrator@system', vcdPassword: PASSWORD },
    logins: [
      { type: 'localUser', localUser: 'root', localPassword: PASSWORD },
      { type: 'ssoCredentials', username: 'administrator@vsphere.local', password: PASSWORD, principal: null },
      {
        type: 'ssoToken',
        samlToken: '<saml2:Assertion/>',
        timestamp: clock.now(),
        nonce: 'bm9uY2U=',
        signature: 'c2lnbmF0dXJl',
        principal: null,
      },
      { type: 'vcdCookie', vcdCookie: 'sim-cookie' },
      { type: 'vcdAccessToken', vcdAccessToken: 'sim-access-token', context: 'acme' },
    ],
    extensions: [
      { type: 'credentials', site: PEER, vcdUsername: 'ops@acme', vcdPassword: PASSWORD },
      { type: 'cookie', site: PEER, cookie: 'sim-cookie' },
      { type: 'vcdAccessToken', site: PEER, vcdAccessToken: 'sim-access-token' },
      { type: 'multisite', site: PEER, org: 'acme' },
    ],
    async pass(ms) {
      clock.advance(ms);
    },
    provoke(status, path) {
      control.addFaults({ id: 'conformance', kind: 'status', status, path: `^${path}$`, times: 1 });
    },
    addRecoveryPlan() {
      const step = { id: 'step-1', name: 'databases', delay: 0, prompt: 'Are they up?', replications: [] };
      control.addRecoveryPlan(HERE, {
        id: 'plan-1',
        displayName: 'payroll',
        description: '',
        state: 'NOT_STARTED',
        steps: [step],
      });
    },
    async withoutLicense(use) {
      control.setLicense(HERE, false);
      try {
        await use();
      } finally {
        control.setLicense(HERE, true);
      }
    },
    async close() {
      await here.close();
      await simulator.close();
    },
  };
}
