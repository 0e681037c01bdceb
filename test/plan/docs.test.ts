import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/load-config.js';
import { loadPlan } from '../../plan/load-plan.js';
import { CERTIFICATE, directory } from './files.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/files.md'), 'utf8');
const [config = '', plan = '', csv = ''] = [...page.matchAll(/```(?:yaml|csv)\n(.*?)```/gs)].map((block) => block[1]);

describe('the examples of docs/files.md', () => {
  const dir = directory({
    'drover.yaml': config,
    'plan.yaml': plan,
    'core.csv': csv,
    'secrets/lyon': 'x',
    'certs/lyon.pem': CERTIFICATE,
  });

  it('are a config and a plan that fit each other', () => {
    const { sites } = loadConfig(join(dir, 'drover.yaml'), { env: { PARIS_PASSWORD: 'x' }, need: 'worker' });
    const loaded = loadPlan(join(dir, 'plan.yaml'), { sites: Object.keys(sites) });
    expect(loaded.waves.map(({ name, vms }) => [name, vms.length])).toEqual([
      ['pilot', 1],
      ['core', 3],
    ]);
    expect(sites['lyon']?.limits.cutovers).toBe(10);
  });
});
