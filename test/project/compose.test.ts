import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../plan/config/load-config.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Service {
  image?: string;
  user?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: unknown[];
  volumes?: unknown[];
  network_mode?: string;
  privileged?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  stop_grace_period?: string;
}

const onPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** `docker-compose` of Debian, or the plugin of a newer Docker. */
function compose(): string[] | null {
  if (onPath('docker-compose')) return ['docker-compose'];
  if (!onPath('docker')) return null;
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return ['docker', 'compose'];
  } catch {
    return null;
  }
}

const command = compose();
const described = command ? describe : describe.skip;

const title = `docker-compose.yml${command ? '' : ' (skipped: no docker-compose and no docker compose on PATH)'}`;

described(title, () => {
  const [file = '', ...first] = command ?? [];
  // Nobody's .env takes part.
  const noVariables = join(tmpdir(), `drover-${crypto.randomUUID()}.env`);
  const config = (env: Record<string, string>, ...profile: string[]) =>
    promisify(execFile)(file, [...first, '--env-file', noVariables, ...profile, 'config'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    });

  let services: Record<string, Service>;
  let volumes: Record<string, unknown>;
  beforeAll(async () => {
    writeFileSync(noVariables, '');
    const { stdout, stderr } = await config({ POSTGRES_PASSWORD: 'from-env' }, '--profile', 'simulator');
    expect(stderr).toBe('');
    ({ services, volumes } = parse(stdout));
  });

  afterAll(() => rmSync(noVariables));

  test('has no default password: without one it refuses, with one nothing else is a password', async () => {
    await expect(config({})).rejects.toThrow(/POSTGRES_PASSWORD/);
    const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    const passwords = text.split('\n').filter((line) => /^\s*\w*(PASSWORD|PWD)\w*:/.test(line));
    expect(passwords.length).toBeGreaterThan(0);
    for (const line of passwords) expect(line).toMatch(/: \$\{POSTGRES_PASSWORD:\?.*\}$/);
  });

  test('starts Temporal when its schema is there, and the worker when its namespace is', () => {
    expect(services['temporal-schema']?.depends_on?.postgres?.condition).toBe('service_healthy');
    expect(services.temporal?.depends_on?.['temporal-schema']?.condition).toBe('service_completed_successfully');
    expect(services['temporal-namespace']?.depends_on?.temporal?.condition).toBe('service_healthy');
    expect(services.worker?.depends_on?.['temporal-namespace']?.condition).toBe('service_completed_successfully');
  });

  test('keeps PostgreSQL in a named volume', () => {
    expect(Object.keys(volumes).sort()).toEqual(['postgres', 'store']);
    expect(JSON.stringify(services.postgres?.volumes)).toContain('/var/lib/postgresql/data');
  });

  test.each(['worker', 'simulator'])('runs the %s without privileges on a read-only file system', (name) => {
    const service = services[name];
    expect(Number(service?.user?.split(':')[0])).toBeGreaterThan(0);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });

  test('asks the worker for its health and gives it the time that a stop takes', () => {
    expect(services.worker?.healthcheck?.test.join(' ')).toContain('/healthz');
    expect(services.worker?.stop_grace_period).toBe('30s');
    for (const name of ['postgres', 'temporal', 'simulator']) expect(services[name]?.healthcheck).toBeDefined();
  });

  test('asks Temporal and PostgreSQL by the way on which others reach them', () => {
    expect(services.postgres?.healthcheck?.test.slice(1, 4)).toEqual(['pg_isready', '-h', '127.0.0.1']);
    expect(services.temporal?.healthcheck?.test).toContain('health');
    expect(services.temporal?.environment?.TEMPORAL_BROADCAST_ADDRESS).toBe('127.0.0.1');
  });

  test('has names of images that every compose makes of it', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^[\w./-]+:[\w.-]+$/);
  });

  test('mounts config and secrets read-only', () => {
    expect(JSON.stringify(services.worker?.volumes)).toMatch(/drover\.yaml:ro|"read_only":true/);
    const mounted = (services.worker?.volumes ?? []).map((volume) => JSON.stringify(volume));
    expect(mounted).toHaveLength(3);
    // The store alone is written.
    const [store, ...others] = mounted.filter((volume) => !/:ro"|"read_only":true/.test(volume));
    expect(store).toContain('/var/lib/drover');
    expect(others).toEqual([]);
  });

  test('brings the simulator by profile alone, with a config that the worker accepts', () => {
    const needing = Object.entries(services).filter(([, { profiles }]) => profiles);
    expect(needing.map(([name, { profiles }]) => [name, profiles])).toEqual([['simulator', ['simulator']]]);
    const simulated = loadConfig(join(root, 'docker/simulator.yaml'), { env: {}, need: 'worker' });
    expect(Object.keys(simulated.sites)).toEqual(['paris', 'lyon']);
  });

  test('shows nothing to other machines, takes no host network and pins every image', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.privileged).toBeUndefined();
      expect(service.network_mode ?? '').not.toBe('host');
      for (const port of service.ports ?? []) expect(JSON.stringify(port)).toContain('127.0.0.1');
      if (!['worker', 'simulator'].includes(name)) expect(service.image).toMatch(/:\d+\.\d+/);
    }
  });
});

test('the image runs as a user of its own and says how it is', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
  expect(last).toMatch(/^USER node$/m);
  expect(last).toMatch(/^HEALTHCHECK [^]*\/healthz/m);
  expect(last).toMatch(/^ENTRYPOINT \["node", /m);
});

describe('docker-compose.yml, as it is written', () => {
  const written = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  const services = Object.entries(written.services as Record<string, Service>);

  test.each(services)('takes from %s what it can do beyond its own', (_, service) => {
    expect(service).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    // What gives a container the machine.
    for (const added of service.cap_add ?? []) expect(added).not.toMatch(/SYS|NET|ALL/);
  });

  test.each(['postgres', 'worker', 'simulator'])('gives %s no file system to write on but its own', (name) => {
    expect(services.find(([one]) => one === name)?.[1].read_only).toBe(true);
  });

  // podman 4.3 splits an argument at every space.
  test.each(services)('checks %s by arguments without a space', (_, { healthcheck }) => {
    for (const word of healthcheck?.test ?? []) expect(word).not.toContain(' ');
  });

  // What takes a whole reference takes a digest as well.
  test.each(services)('takes the image of %s from a variable', (_, { image }) => {
    expect(image).toMatch(/^\$\{[A-Z_]+_IMAGE:-.+\}$/);
  });
});
