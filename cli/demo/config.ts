/** The worker's config in the demo: impatient, since simulated time runs fast. */
export interface DemoConfig {
  /** addresses of the simulated sites, by name */
  urls: Record<string, string>;
  taskQueue: string;
  /** environment variable that holds the password */
  passwordVariable: string;
}

export function demoConfigText({ urls, taskQueue, passwordVariable }: DemoConfig): string {
  const sites = Object.entries(urls).flatMap(([name, url]) => [
    `  ${name}:`,
    `    url: ${url}`,
    `    login: { type: vcdCredentials, user: ops@acme, password: "\${${passwordVariable}}" }`,
    '    polling: { interval: 1s, selfCheck: 30s }',
    '    reconcile: { settle: 5s }',
  ]);
  return ['sites:', ...sites, `worker: { taskQueue: ${taskQueue} }`, ''].join('\n');
}
