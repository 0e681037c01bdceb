// Pins the images of docker-compose.yml and the Dockerfile for a release: asks the registry of each for the digest that its tag
// stands for now, and writes a line for each variable, such as POSTGRES_IMAGE=postgres@sha256:…
//
//   node .ci/pin-images.mjs > images.env && docker-compose --env-file images.env --env-file .env up -d
//
// Drover's own image is built here, and has no registry. PIN_REGISTRY=http://… asks a mirror instead of Docker Hub.
import { readFileSync } from 'node:fs';

const HUB = process.env.PIN_REGISTRY || 'https://registry-1.docker.io';
/** Of an image for several platforms, and of one for a single one. */
const KINDS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** ms of a question */
const PATIENCE = 30_000;

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const wanted = new Map();
for (const [, name, image] of read('docker-compose.yml').matchAll(/image: \$\{([A-Z_]+):-([^${}\s]+)\}/g))
  if (name !== 'DROVER_IMAGE') wanted.set(name, image);
for (const [, name, image] of read('Dockerfile').matchAll(/^ARG ([A-Z_]+_IMAGE)=(\S+)$/gm)) wanted.set(name, image);

function placeOf(image) {
  const [, path, tag = 'latest'] = /^(.+?)(?::([\w.-]+))?$/.exec(image) ?? [];
  const [host, ...rest] = path.split('/');
  if (rest.length > 0 && /[.:]/.test(host)) return { base: `https://${host}`, path: rest.join('/'), shown: path, tag };
  return { base: HUB, path: rest.length === 0 ? `library/${path}` : path, shown: path, tag };
}

async function ask(url, headers) {
  return fetch(url, { method: 'HEAD', headers, signal: AbortSignal.timeout(PATIENCE) });
}

/** What a registry wants of those who have no login [Docker registry v2, token authentication]. */
async function tokenFor(challenge) {
  const of = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (!of.realm) throw new Error('it wants a login');
  const url = new URL(of.realm);
  for (const key of ['service', 'scope']) if (of[key]) url.searchParams.set(key, of[key]);
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${url.host} answered ${answer.status}`);
  const { token, access_token } = await answer.json();
  return token ?? access_token;
}

async function digestOf(image) {
  const { base, path, tag } = placeOf(image);
  const url = `${base}/v2/${path}/manifests/${tag}`;
  const headers = { accept: KINDS.join(', ') };
  let answer = await ask(url, headers);
  if (answer.status === 401) {
    const token = await tokenFor(answer.headers.get('www-authenticate') ?? '');
    answer = await ask(url, { ...headers, authorization: `Bearer ${token}` });
  }
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const digest = answer.headers.get('docker-content-digest') ?? '';
  if (!DIGEST.test(digest)) throw new Error(`${url} told no digest`);
  return digest;
}

const lines = [];
for (const [name, image] of wanted) {
  try {
    lines.push(`${name}=${placeOf(image).shown}@${await digestOf(image)}`);
  } catch (error) {
    process.stderr.write(`${name} (${image}) cannot be pinned: ${error.cause?.message ?? error.message}\n`);
    process.exitCode = 1;
  }
}
// All or none: a release with one image that may change is not pinned.
if (process.exitCode !== 1) process.stdout.write(`${lines.join('\n')}\n`);
