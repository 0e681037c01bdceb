import { once } from 'node:events';
import { type SimulatorOptions, startSimulator } from './index.js';

/** Runs the simulator until SIGTERM or SIGINT. Says on stdout, in one JSON line, where its sites listen. */
export async function simulate(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator(options);
  const urls = Object.fromEntries(Object.values(simulator.sites).map(({ name, url }) => [name, url]));
  const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const directors = Object.entries(simulator.directors).map(([name, { url }]) => [name, url] as const);
  const beside = directors.length === 0 ? {} : { directors: Object.fromEntries(directors) };
  process.stdout.write(`${JSON.stringify({ sites: urls, ...beside })}\n`);
  await stop;
  await simulator.close();
}
