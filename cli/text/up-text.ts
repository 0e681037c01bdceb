import type { Up } from '../up/index.js';
import type { Colors } from './output.js';

/** What is up, what it keeps where, what it is for, and the next step. */
export function upText({ pid, config, temporal, store, worker, simulator }: Up, colors: Colors): string {
  const sites = Object.entries(simulator?.sites ?? {}).map(([name, url]) => `${name} ${url}`);
  const rows = [
    ['Temporal', `${temporal.address}${temporal.uiUrl === null ? '' : `, web UI ${temporal.uiUrl}`}`],
    ['', `keeps all runs in ${temporal.database}, those that ended for ${temporal.retentionDays} days`],
    ['Store', `${store}, evidence for good`],
    ['Worker', `pid ${worker.pid}, log ${worker.log}`],
    ...(simulator === null
      ? []
      : [
          ['Simulator', sites.join(', ')],
          ['', `keeps its world in ${simulator.world}; its time goes on while it is down`],
        ]),
  ];
  return [
    colors.bold(`Drover is up (pid ${pid}), with ${config}`),
    ...rows.map(([what = '', where = '']) => `  ${what.padEnd(10)} ${where}`),
    '',
    'Commands in this folder find it by themselves. Ctrl-C ends it; what runs goes on with the next drover up.',
    "It listens on loopback only, where every user of this machine reaches it. Temporal's dev server is meant for",
    'labs and pilots: one process, one disk. For more, a cluster: docs/guide.md, "From up to a cluster".',
  ].join('\n');
}
