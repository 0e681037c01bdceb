import { expect } from '@jest/globals';
import { runAltered } from './altered.js';
import { byVerdict } from './runs.js';

/** About nothing but that a call is taken, or about its headers. */
const ABOUT_NO_BODY = ['wire.accept-pinned', 'wire.accept-json', 'wire.operation-id', 'clients.accept-from-login'];

/** Every case, against a server that answers `{}` with this status. */
export async function expectNextToNothing(status: number): Promise<void> {
  const rows = await runAltered(
    (it) => {
      if (it.path === '/sessions') return;
      it.status = status;
      it.body = {};
    },
    ({ family }) => family !== 'sessions',
  );
  // What conforms to nonsense would conform to anything.
  const empty = ['wire.media-type', ...(status === 200 ? ABOUT_NO_BODY : [])];
  expect(byVerdict(rows, 'conforms')).toEqual(empty);
}
