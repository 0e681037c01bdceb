import { describe, expect, it } from '@jest/globals';
import { siteSlaProfiles } from '../../simulator/index.js';
import { failureOf, startBody, withSimulator } from './support/client.js';
import { done, provider, shown, viaParis } from './support/operations.js';

describe('policies', () => {
  it('are listed, read, made and given to organizations', async () => {
    await withSimulator(
      async ({ lyon }) => {
        const { list, get, create, assign, status } = lyon.policies;
        expect(await get('default')).toMatchObject({ id: 'default', allowIncomingMigrations: true });
        const made = await create({ displayName: 'Strict', maxIncoming: 2, minRpo: 30 });
        expect(made).toMatchObject({ displayName: 'Strict', maxIncoming: 2, minRpo: 30 });
        await assign(made.id, 'acme');
        expect(await get(made.id)).toMatchObject({ orgs: ['acme'] });
        expect(await status(made.id)).toMatchObject({ id: made.id, orgs: ['acme'] });
        expect((await list()).map(({ id }) => id)).toEqual(['default', made.id]);
        expect(await failureOf(create({ displayName: 'Strict' }))).toMatchObject({ code: 'BadRequest' });
        expect(await failureOf(get('no such'))).toMatchObject({ status: 404 });
      },
      { site: provider },
    );
  });

  it('are a provider’s to change', async () => {
    await withSimulator(async ({ lyon }) => {
      expect(await lyon.policies.list()).toHaveLength(1);
      expect(await failureOf(lyon.policies.create({ displayName: 'Mine' }))).toMatchObject({ code: 'Forbidden' });
    });
  });
});

describe('SLA profiles', () => {
  it('are listed, and taken by a start', async () => {
    await withSimulator(async ({ lyon }) => {
      const [gold] = siteSlaProfiles('lyon');
      const listed = await lyon.slaProfiles.list();
      expect(listed).toContainEqual(expect.objectContaining({ id: gold?.id, displayName: 'Gold', rpo: 5 }));
      const { rpo: _instead, ...body } = startBody();
      const task = await done(lyon, lyon.startReplication({ ...body, slaProfileId: gold?.id }, viaParis));
      const id = (task.result as { id: string }).id;
      expect(await shown(lyon, id)).toMatchObject({ slaProfile: { displayName: 'Gold' }, settings: { rpo: 5 } });
    });
  });

  it('are given to organizations and taken away', async () => {
    await withSimulator(
      async ({ lyon }) => {
        const { list, assign, unassign } = lyon.slaProfiles;
        const [gold] = siteSlaProfiles('lyon');
        const orgs = async () => (await list()).find(({ id }) => id === gold?.id)?.orgs;
        await unassign('acme', gold?.id ?? '');
        expect(await orgs()).not.toContain('acme');
        await assign('acme', gold?.id ?? '');
        expect(await orgs()).toContain('acme');
        expect(await failureOf(assign('nobody', gold?.id ?? ''))).toMatchObject({ status: 404 });
      },
      { site: provider },
    );
  });
});
