// Fails when what users get was changed since BASE and CHANGELOG.md was not.
//
//     node .ci/check-changelog.mjs [BASE]        default: $CHANGELOG_BASE, else origin/main, else main
//
// A change that no user notices is let through by `[skip changelog]` in a commit message, or by SKIP_CHANGELOG=true,
// which CI sets for pull requests with the label `skip-changelog`.
import { execFileSync } from 'node:child_process';

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function exists(ref) {
  try {
    git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

function end(code, text) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

// What only those who work on Drover see.
const UNSEEN =
  /^(test|bench|chaos|conformance|docs|tools|\.ci|\.github)\/|^[^/]*(\.md|\.lock)$|^\.|^(package-lock|knip|biome|tsconfig)\.json$|^(jest[.\w]*\.config\.js|lefthook\.yml)$/;

const named = process.argv[2] ?? process.env.CHANGELOG_BASE;
const base = named || ['origin/main', 'main'].find(exists);
if (!base || !exists(base)) end(2, `there is no commit ${base ?? 'main'} to compare with; name one`);
if (process.env.SKIP_CHANGELOG === 'true') end(0, 'skipped by its label');

const from = git('merge-base', base, 'HEAD');
const changed = git('diff', '--name-only', from, 'HEAD').split('\n').filter(Boolean);
const seen = changed.filter((path) => !UNSEEN.test(path));
if (seen.length === 0) end(0, 'nothing was changed that users get');
if (changed.includes('CHANGELOG.md')) end(0, 'CHANGELOG.md was changed as well');
if (git('log', '--format=%B', `${from}..HEAD`).includes('[skip changelog]')) end(0, 'skipped by a commit message');
end(
  1,
  [
    `${seen.length} files that users get were changed, and CHANGELOG.md was not:`,
    ...seen.slice(0, 10).map((path) => `  ${path}`),
    'Add a line under Unreleased, or say [skip changelog] in a commit message if no user notices.',
  ].join('\n'),
);
