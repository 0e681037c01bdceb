import type { SessionOptions } from '../../simulator/index.js';

/**
 * Sessions that outlive any test, for tests of other things: at speed 5000 half an hour without a call is a third of a second,
 * which a busy machine takes between two calls. Tests of sessions end them by `control.expireSessions`, or ask for others.
 */
export const LASTING: SessionOptions = { idle: Number.MAX_SAFE_INTEGER, maxAge: Number.MAX_SAFE_INTEGER };
