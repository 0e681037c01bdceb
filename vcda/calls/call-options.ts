import type { SessionUse } from '../http/session.js';
import type { Call } from '../http/transport.js';
import type { UnreadableItem } from './unreadable.js';

/** What every call of a site may be given. */
export interface CallOptions extends SessionUse {
  /** goes out as the `operationID` header [seed] */
  operationId?: string | undefined;
  /** goes out as `?site=`: the site that executes the call; absent: the one that is asked. Needs an extension to it [doc UG47] */
  site?: string | undefined;
  signal?: AbortSignal | undefined;
  /** of the call itself, not of a login on its way; see {@link Call} */
  beforeSend?: Call['beforeSend'];
  /** told of every item of a list that cannot be read, which is left out then; absent: such an item is an error */
  unreadable?: ((item: UnreadableItem) => void) | undefined;
  /** told of a list whose pages contradict each other, so that what it does not show may be there all the same */
  inconsistent?: (() => unknown) | undefined;
  /** ms */
  timeout?: number | undefined;
}
