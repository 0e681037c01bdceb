// npm writes no entry into package-lock.json for an optional package that its registry does not have (binaries for other
// platforms, where a mirror holds only its own), and `npm ci` then refuses the lock file. This adds the missing entries;
// what they say follows from the names, but for their integrity, which a registry that has them gives: take such entries out,
// and `npm install --package-lock-only` writes them whole. Run it after `npm install`: node .ci/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

function resolves(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    if (lock.packages[`${at && `${at}/`}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

function platformOf(name) {
  const words = name.split('/')[1].split('-');
  const pick = (known) => words.find((word) => known.includes(word));
  const os = pick(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']);
  const cpu = pick(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']);
  if (!os || !cpu) throw new Error(`${name}: no platform can be read from this name`);
  const libc = os === 'linux' && words.map((word) => /^(gnu|musl)/.exec(word)?.[1]).find(Boolean);
  return { cpu: [cpu], ...(libc && { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }), optional: true, os: [os] };
}

let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (resolves(path, name)) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name}@${version}: not an exact version`);
    lock.packages[`node_modules/${name}`] = { version, ...(dev && { dev }), ...platformOf(name) };
    added += 1;
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stderr.write(`${added} entries added\n`);
