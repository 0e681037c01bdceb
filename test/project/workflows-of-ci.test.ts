import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { 'timeout-minutes'?: number; strategy?: { matrix: { node: number[] } }; steps: { run?: string }[] }
  >;
}

describe.each(readdirSync(folder))('the workflow %s of CI', (name) => {
  const text = readFileSync(`${folder}/${name}`, 'utf8');
  const workflow: Workflow = parse(text);

  test('pins every action by the SHA of its commit, and says the tag', () => {
    const uses = text.split('\n').filter((line) => /^\s*-?\s*uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('may only read, and ends', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('runs scripts that exist', () => {
    const steps = Object.values(workflow.jobs).flatMap(({ steps: of }) => of);
    const named = steps.flatMap(({ run }) => /^npm (?:run )?([\w:]+)$/.exec(run ?? '')?.[1] ?? []);
    for (const script of named.filter((one) => one !== 'ci')) expect(scripts).toHaveProperty([script]);
  });
});

test('CI runs everything that `npm run verify` does, on each Node that Drover supports', () => {
  const { jobs }: Workflow = parse(readFileSync(`${folder}/ci.yml`, 'utf8'));
  const ran = jobs.verify?.steps.map(({ run }) => run);
  for (const piece of scripts.verify?.split(' && ') ?? []) expect(ran).toContain(piece);
  expect(jobs.verify?.strategy?.matrix.node).toEqual([20, 22, 24]);
});
