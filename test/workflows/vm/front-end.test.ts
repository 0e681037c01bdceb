/** Something in front of a site answers in its stead now and then, to everything: no VM may fail for it, none be moved twice. */
import { expect } from '@jest/globals';
import type { FaultRule } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';

const PAGES: [string, FaultRule][] = [
  ['redirects', { kind: 'front', status: 302 }],
  ['bare 401s', { kind: 'front', status: 401, page: 'empty' }],
  ['block pages', { kind: 'front', status: 403 }],
  ['404s of an ingress', { kind: 'front', status: 404, page: 'text' }],
  ['login pages with 200', { kind: 'front', status: 200 }],
  ['empty answers', { kind: 'front', status: 200, page: 'empty' }],
  ['JSON of another shape', { kind: 'front', status: 200, page: 'json' }],
];
const OPERATIONS = ['extend', 'tasks', 'task', 'replications', 'replication', 'start', 'sync', 'migrate', 'delete'];

describe('a front end', () => {
  /** One that leads away, one that only looks like a refusal, one that only looks like a success. */
  const SHORT = ['redirects', 'bare 401s', 'login pages with 200'];

  it.concurrent.each(inShort(PAGES, ([name]) => SHORT.includes(name)))(
    'that answers everything with %s for a while only delays a run',
    async (_, fault) => {
      await withLab({ vms: 2 }, async (lab) => {
        lab.simulator.control.addFaults(...OPERATIONS.map((operation) => ({ ...fault, operation, times: 2 })));
        const { result } = await lab.start(lab.plan());
        const report = await result();
        expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
        expect(report.state).toBe('succeeded');
        expect(lab.wrongWith(report)).toEqual([]);
      });
    },
  );
});
