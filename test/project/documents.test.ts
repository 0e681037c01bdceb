import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const decisions = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'docs/decisions/README.md',
  ...decisions.map((name) => `docs/decisions/${name}`),
];

/** The lines of a document that are prose: neither table nor code, whose lines cannot be broken. */
function prose(text: string): { line: string; at: number }[] {
  let fenced = false;
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*```/.test(line)) fenced = !fenced;
    return fenced || /^(\s*\||\s*```| {4}\S|<!--)/.test(line) ? [] : [{ line, at: at + 1 }];
  });
}

/** What GitHub makes of a heading, for links to it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe.each(documents)('%s', (path) => {
  const text = read(path);

  test('has lines of at most 100 characters', () => {
    // A link that is longer than that stands alone on its line.
    const long = prose(text).filter(({ line }) => line.length > 100 && / /.test(line.trim()));
    expect(long.map(({ at }) => `${path}:${at}`)).toEqual([]);
  });

  test('links to pages and headings that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, to = '', heading]) => {
      const target = to === '' ? path : join(dirname(path), to);
      if (!existsSync(join(root, target))) return true;
      if (heading === undefined) return false;
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchor(title));
      return !headings.includes(heading);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('names files that exist', () => {
    const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|sh|md))`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});

describe('decisions', () => {
  const index = read('docs/decisions/README.md');

  test.each(decisions)('%s says its status and date, and stands in the index', (name) => {
    const [title = '', ...rest] = read(`docs/decisions/${name}`).split('\n');
    const status = /^Status: (proposed|accepted|rejected|superseded by \d{4})$/m.exec(rest.join('\n'))?.[1];
    const date = /^Date: (\d{4}-\d{2}-\d{2})$/m.exec(rest.join('\n'))?.[1];
    expect(status).toBeDefined();
    expect(date).toBeDefined();
    expect(title).toMatch(new RegExp(`^# ${name.slice(0, 4)}: `));
    expect(index).toContain(
      `| [${name.slice(0, 4)}](${name}) | ${title.slice('# 0000: '.length)} | ${status} | ${date} |`,
    );
  });
});

test('the first screen of README has the two commands with which everything begins', () => {
  const first = read('README.md').split('\n').slice(0, 40).join('\n');
  expect(first).toContain('\nnpm ci && npm run demo\n');
  expect(first).toContain('\nnpm ci && npm test\n');
});
