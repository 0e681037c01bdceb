import type { StoreState } from '../../contract/evidence.js';
import type { SiteInspection } from '../../contract/inspection.js';
import { DEFAULT_LOGIN, siteWithLogin } from '../../plan/types.js';
import type { Colors } from './output.js';

/** What `drover doctor` found. */
export interface Diagnosis {
  config: { file: string | null; sites: string[] };
  temporal: { address: string; namespace: string; taskQueue: string; serverVersion: string };
  store: StoreState;
  sites: SiteInspection[];
  /** sites of this config that the worker's config has not got */
  unknownToWorker: string[];
}

export function siteFailed({ checks }: SiteInspection): boolean {
  return checks.some(({ ok }) => ok === false);
}

/** Every check of every site on a line; below a failed one, what to fix. */
export function diagnosisText({ store, sites, unknownToWorker }: Diagnosis, colors: Colors): string {
  const blocks = sites.map(({ site, login = DEFAULT_LOGIN, url, checks }) =>
    [
      `${colors.bold(siteWithLogin(site, { [site]: login }))}  ${url}`,
      ...checks.flatMap(({ name, ok, detail, fix }) => [
        `  ${mark(ok, colors)} ${name.padEnd(WIDEST)}  ${detail}`,
        ...(fix === null ? [] : [`  ${' '.repeat(WIDEST)}      fix: ${fix}`]),
      ]),
    ].join('\n'),
  );
  const missing = unknownToWorker.map(
    (site) =>
      `${colors.bold(site)}  ${mark(false, colors)} the worker's config has no such site\n  fix: give the workers the same sites, and restart them`,
  );
  const kept = [
    `${colors.bold('store')}  ${store.where}`,
    `  ${mark(store.ok, colors)} ${'keeps'.padEnd(WIDEST)}  ${store.detail}`,
    ...(store.fix === null ? [] : [`  ${' '.repeat(WIDEST)}      fix: ${store.fix}`]),
  ].join('\n');
  const bad = new Set(sites.filter(siteFailed).map(({ site }) => site)).size + unknownToWorker.length;
  const verdict =
    bad === 0
      ? store.ok
        ? colors.green('All is well.')
        : colors.red('The store needs attention.')
      : colors.red(
          `${bad} of ${new Set(sites.map(({ site }) => site)).size + unknownToWorker.length} sites need attention.`,
        );
  return [kept, ...blocks, ...missing, verdict].join('\n\n');
}

/** longest name of a check */
const WIDEST = 'certificate'.length;

function mark(ok: boolean | null, colors: Colors): string {
  if (ok === null) {
    return colors.dim('-- ');
  }
  return ok ? colors.green('ok ') : colors.red('BAD');
}
