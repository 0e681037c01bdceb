/** A site may name other sites in whatever it answers: it never gets their logins for it. */
import { expect } from '@jest/globals';
import type { Members } from '../../../contract/members.js';
import { Secret } from '../../../plan/secret.js';
import { hostileSite } from '../../support/hostile-site.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const PASSWORD = 'password-of-madrid';

describe('a destination that names a site of the config', () => {
  it.concurrent('is not sent the login of that site by a run', () =>
    withLab({ vms: 2, workers: 0 }, async (lab) => {
      const { config, destination } = lab;
      const lyon = config.sites[destination];
      if (lyon === undefined) throw new Error('the lab has no destination');
      const plan = lab.plan();
      const [, lied] = plan.waves[0]?.vms ?? [];
      const third = { ...lyon, name: 'madrid', url: 'http://127.0.0.1:9' };
      config.sites.madrid = {
        ...third,
        login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(PASSWORD) },
      };
      let lies = 0;
      // The source of one VM's replication, the site of every task, and one more in its list of sites.
      const fake = await hostileSite(lyon.url, (path, answer) =>
        path === '/sites'
          ? [...(answer as unknown[]), { site: 'madrid', isLocal: false }]
          : lying(answer, (one) => {
              if (one.vmId === lied?.id) {
                lies += 1;
                return { ...one, source: { ...(one.source as object), site: 'madrid' } };
              }
              return 'workflowInfo' in one ? { ...one, site: 'madrid' } : one;
            }),
      );
      lyon.url = fake.url;
      try {
        await lab.startWorker();
        const { report } = await lab.start(plan);
        // The VM of which it tells the truth is moved; however it goes on with the other, its lie was heard.
        await until(report, ({ vms }) => vms[0]?.state === 'succeeded' && lies > 3);
        expect(JSON.stringify(fake.seen)).toContain('drover-sim');
        expect(JSON.stringify(fake.seen)).not.toContain(PASSWORD);
      } finally {
        await fake.close();
      }
    }));
});

/** The answer with each object in it changed. */
function lying(value: unknown, change: (one: Members) => Members): unknown {
  if (Array.isArray(value)) return value.map((one) => lying(one, change));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, lying(member, change)] as const);
  return change(Object.fromEntries(members));
}
