/** Accounts lock at five wrong passwords, whichever worker sends them: all together send one. */
import { expect } from '@jest/globals';
import { loginTurnsOf } from '../../../activities/login-turns.js';
import { siteCarriedQuery } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import { Secret } from '../../../plan/secret.js';
import type { Config } from '../../../plan/types.js';
import { createSites, type Sites } from '../../../vcda/index.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { failureOf } from '../../vcda/support/client.js';

const RIGHT = 'drover-sim';

const withPassword = ({ config }: Lab, password: string): Config => ({
  ...config,
  sites: Object.fromEntries(
    Object.entries(config.sites).map(([name, site]) => [
      name,
      { ...site, login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(password) } },
    ]),
  ),
});

/** As so many workers have them, each a process of its own. */
async function withWorkers(lab: Lab, count: number, test: (workers: Sites[]) => Promise<void>): Promise<void> {
  const workers = Array.from({ length: count }, () => createSites(withPassword(lab, 'wrong-1')));
  for (const sites of workers) sites.takeTurns(loginTurnsOf(lab));
  try {
    await test(workers);
  } finally {
    await Promise.all(workers.map((sites) => sites.close()));
  }
}

const logins = (lab: Lab, site: string): number =>
  lab.simulator.control
    .stats()
    .requests.filter((one) => one.site === site && one.route === '/sessions' && one.method === 'POST')
    .reduce((sum, { count }) => sum + count, 0);

describe('a wrong password', () => {
  it.concurrent('is sent once by all workers together, for each change and for each resume', () =>
    withLab({ vms: 1 }, (lab) =>
      withWorkers(lab, 4, async (workers) => {
        const { destination } = lab;
        const [first] = workers;
        const ask = (sites: Sites, resumedAt = 0) => sites.get(destination).currentSession({ resumedAt });
        async function refused(resumedAt = 0): Promise<void> {
          const answers = await Promise.all(workers.map((sites) => failureOf(ask(sites, resumedAt))));
          expect(answers.map(({ code }) => code)).toEqual(workers.map(() => 'LoginRefused'));
          expect(new Set(answers.map(({ detail }) => detail)).size).toBe(1);
        }
        // Nobody keeps anything of the site yet; one that was refused has it kept.
        if (first === undefined) throw new Error('there is no worker');
        expect(await failureOf(ask(first))).toMatchObject({ code: 'LoginRefused' });
        await refused();
        expect(logins(lab, destination)).toBe(1);

        await refused(Date.now() + 1);
        expect(logins(lab, destination)).toBe(2);

        for (const sites of workers) sites.renew(withPassword(lab, 'wrong-2'));
        await refused();
        expect(logins(lab, destination)).toBe(3);

        const kept = await lab.client.workflow.getHandle(siteWorkflowId(destination)).query(siteCarriedQuery);
        expect(kept.logins?.refused).toHaveLength(2);
        expect(JSON.stringify(kept)).not.toContain('wrong-');

        for (const sites of workers) sites.renew(withPassword(lab, RIGHT));
        for (const sites of workers) expect((await ask(sites)).user).toBe('ops@acme');
        expect(logins(lab, destination)).toBe(7);
      }),
    ));

  it.concurrent('that has come in the place of a right one is sent once too, where nothing was refused before', () =>
    withLab({ vms: 1 }, (lab) =>
      withWorkers(lab, 4, async (workers) => {
        for (const sites of workers) sites.renew(withPassword(lab, RIGHT));
        for (const sites of workers) sites.renew(withPassword(lab, 'wrong-3'));
        await Promise.all(workers.map((sites) => failureOf(sites.get(lab.source).currentSession())));
        expect(logins(lab, lab.source)).toBe(1);
      }),
    ));
});
