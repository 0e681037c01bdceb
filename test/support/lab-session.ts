/** A lab as the functions of the library see it. */
import type { Session } from '../../client/session.js';
import type { Lab } from './lab.js';

export const sessionOf = ({ client, taskQueue }: Pick<Lab, 'client' | 'taskQueue'>): Session => ({
  client,
  connection: client.connection,
  address: process.env.DROVER_TEST_TEMPORAL ?? '',
  namespace: 'default',
  taskQueue,
});
