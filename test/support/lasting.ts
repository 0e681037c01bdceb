import type { SimulatorOptions } from '../../simulator/index.js';

/**
 * A simulator for tests of other things than what a site does in time: at speed 5000 half an hour without a call is a third of a
 * second, and a day 17, which a busy machine takes between two calls. So sessions and tasks outlive any test; one of sessions
 * ends them by `control.expireSessions`, and whoever means what a site forgets asks for it.
 */
export const lasting = ({ assumptions, ...options }: SimulatorOptions = {}): SimulatorOptions => ({
  sessions: { idle: Number.MAX_SAFE_INTEGER, maxAge: Number.MAX_SAFE_INTEGER },
  ...options,
  assumptions: { tasksForgottenAfter: Number.MAX_SAFE_INTEGER, ...assumptions },
});
