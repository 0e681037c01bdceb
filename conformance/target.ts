/** What is checked: a server, and whom it lets in. */
import type { ExtendBody, LoginBody } from '../vcda/http/login.js';
import type { Wire } from './wire.js';

export interface Target {
  /** read: {@link Wire} refuses everything but reading and sessions */
  mode: 'read' | 'full';
  here: Wire;
  /** the login under which cases run */
  login: LoginBody;
  /** further ones, by their type */
  logins: LoginBody[];
  /** an administrator's */
  provider: LoginBody | null;
  /** how the session is extended to the other sites; the first is the one that cases use */
  extensions: ExtendBody[];
  /** lets time go by between two questions */
  pass(ms: number): Promise<void>;
  /** makes one answer of the server fail with a status, as a proxy in front of it would; null: cannot be done */
  provoke: ((status: number, path: string) => void) | null;
  /** puts a recovery plan there, which the API has no documented call for; null: cannot be done */
  addRecoveryPlan: (() => void) | null;
  /** does something while the server has no licence; null: cannot be done */
  withoutLicense: ((use: () => Promise<void>) => Promise<void>) | null;
  close(): Promise<void>;
}
