import type { ApiTokens } from '../api-tokens.js';
import type { Control } from '../control.js';
import type { ActiveFault, Faults } from '../faults.js';
import type { Journal } from '../journal.js';
import type { Session, Sessions } from '../sessions.js';
import type { Stats } from '../stats.js';
import type { Users } from '../users.js';
import type { Oddity } from '../world/tasks.js';
import type { World } from '../world/world.js';

/** What the servers of all sites share. */
export interface Shared {
  world: World;
  sessions: Sessions;
  users: Users;
  /** of the Cloud Director of each site that has one */
  apiTokens: ReadonlyMap<string, ApiTokens>;
  faults: Faults;
  stats: Stats;
  control: Control;
  /** where the world is kept; null: nowhere */
  journal: Journal | null;
}

/** What the hooks find out about a request before its handler runs. */
export interface Call {
  contentType: string;
  session: Session | undefined;
  planted: ActiveFault | undefined;
  odd: Oddity | undefined;
  /** items of its answer that cannot be read */
  unreadable: ActiveFault[];
  /** destroy the connection in place of the answer */
  resetAfter: boolean;
  /** the connection has been destroyed and counted as such */
  reset: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call;
  }
  interface FastifyContextConfig {
    /** name by which fault rules address the route */
    operation?: string;
    /** callable without a session */
    open?: boolean;
  }
}
