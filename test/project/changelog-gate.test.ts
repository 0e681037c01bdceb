import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const gate = fileURLToPath(new URL('../../.ci/check-changelog.mjs', import.meta.url));
const person = ['-c', 'user.name=Ann', '-c', 'user.email=ann@acme.example.com', '-c', 'commit.gpgsign=false'];

describe('the changelog gate', () => {
  let folder: string;

  function git(...args: string[]): void {
    const { status, stderr } = spawnSync('git', [...person, ...args], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  function commit(message: string, ...paths: string[]): void {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${message}\n`);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
  }

  function judge(env: Record<string, string> = {}, base: string[] = []) {
    const { PATH } = process.env;
    return spawnSync('node', [gate, ...base], { cwd: folder, encoding: 'utf8', env: { PATH, ...env } });
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-changelog-'));
    git('init', '--quiet', '--initial-branch', 'main');
    commit('Begin', 'CHANGELOG.md', 'client/index.ts');
    git('checkout', '--quiet', '-b', 'work');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('stops a change of sources without a line, and names the files', () => {
    commit('Change the client', 'client/index.ts');
    const { status, stderr } = judge();
    expect(status).toBe(1);
    expect(stderr).toContain('client/index.ts');
  });

  test('lets through what has its line, and what no user gets', () => {
    commit('Add a test and a page', 'test/client/index.test.ts', 'docs/guide.md', '.github/workflows/ci.yml');
    expect(judge().status).toBe(0);
    commit('Change the client', 'client/index.ts');
    commit('Say so', 'CHANGELOG.md');
    expect(judge().status).toBe(0);
  });

  test('is skipped by a commit message or by the label', () => {
    commit('Change the client', 'client/index.ts');
    expect(judge({ SKIP_CHANGELOG: 'true' }).status).toBe(0);
    expect(judge({ SKIP_CHANGELOG: 'false' }).status).toBe(1);
    commit('Rename a variable [skip changelog]', 'client/index.ts');
    expect(judge().status).toBe(0);
  });

  test('says so when there is nothing to compare with', () => {
    expect(judge({}, ['no-such-commit'])).toMatchObject({ status: 2 });
  });
});
