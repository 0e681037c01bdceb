/** The simulator's control endpoint: the judge's books, and the levers for what goes wrong at the sites. */
import ky from 'ky';
import type { Assumptions, FaultRule, LedgerEntry, RequestCount, WorldView } from '../simulator/index.js';

export interface SiteControl {
  /** entries after the first `since` */
  ledger(since?: number): Promise<LedgerEntry[]>;
  world(): Promise<WorldView>;
  stats(): Promise<{ requests: RequestCount[]; total: number; bugs: string[] }>;
  faults(): Promise<{ id: string; struck: number }[]>;
  addFaults(rules: FaultRule[]): Promise<void>;
  /** @throws Error with the simulator's words when it knows no such assumption or value */
  assume(assumptions: Partial<Assumptions>): Promise<void>;
  loseSessions(extensionsOnly: boolean): Promise<void>;
}

/** Any of the sites will do: they share one world. */
export function siteControl(url: string): SiteControl {
  const http = ky.create({ prefixUrl: `${url}/_sim`, retry: 0, timeout: 30_000, throwHttpErrors: false });
  const get = async <T>(path: string): Promise<T> => answered<T>(await http.get(path));
  async function post(path: string, json: unknown): Promise<void> {
    await answered(await http.post(path, { json }));
  }
  return {
    ledger: (since = 0) => get(`ledger?since=${since}`),
    world: () => get('world'),
    stats: () => get('stats'),
    faults: () => get('faults'),
    addFaults: (rules) => post('faults', rules),
    assume: (assumptions) => post('assumptions', assumptions),
    loseSessions: (extensions) => post('sessions/expire', { extensions }),
  };
}

async function answered<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`the simulator refuses: ${(await response.text()).slice(0, 500)}`);
  return (await response.json()) as T;
}
