/** The worker's config for simulated sites: impatient, since simulated time runs fast. */
/** The password of the simulator's users. */
export const SIMULATED_PASSWORD = 'drover-sim';

/**
 * @param urls addresses of the simulated sites, by name
 * @param secret the key of a login that says where the password is, such as `passwordFile: …`
 */
export function simulatedSites(urls: Record<string, string>, secret: string): string[] {
  const sites = Object.entries(urls).flatMap(([name, url]) => [
    `  ${name}:`,
    `    url: ${url}`,
    `    login: { type: vcdCredentials, user: ops@acme, ${secret} }`,
    '    polling: { interval: 1s, selfCheck: 30s }',
    '    reconcile: { settle: 5s }',
  ]);
  return ['sites:', ...sites];
}
