/** Connections to a site through a proxy: a tunnel by CONNECT, in which the site's certificate is verified as without it. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { SiteProxy } from '../../plan/types.js';

/** Code of the error when the proxy gives no tunnel: nothing has reached the site. */
export const NO_TUNNEL = 'PROXY_GIVES_NO_TUNNEL';

/** @param connect to the site, over the tunnel @param timeout ms until the tunnel is there */
export const throughProxy =
  (proxy: SiteProxy, connect: buildConnector.connector, timeout: number): buildConnector.connector =>
  (options, callback) =>
    openTunnel(
      proxy,
      `${options.hostname}:${options.port || 443}`,
      timeout,
      (socket) => connect({ ...options, httpSocket: socket }, callback),
      (error) => callback(error, null),
    );

/** @param target host and port @param opened or `refused`, with code {@link NO_TUNNEL}, is called once */
function openTunnel(
  proxy: SiteProxy,
  target: string,
  timeout: number,
  opened: (socket: Socket) => void,
  refused: (error: Error) => void,
): void {
  const { url, user, password, ca } = proxy;
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'https:';
  const login = `${user}:${password?.reveal() ?? ''}`;
  let isOver = false;
  function fail(why: string): void {
    if (isOver) return;
    isOver = true;
    refused(Object.assign(new Error(`the proxy ${url} ${why}`), { code: NO_TUNNEL }));
  }
  const request = (isTls ? httpsRequest : httpRequest)({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port || (isTls ? 443 : 80),
    method: 'CONNECT',
    path: target,
    // Its own for each tunnel: what is upgraded goes back to no pool.
    agent: false,
    timeout,
    headers: {
      host: target,
      ...(user === undefined ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
    },
    ...(isTls ? { rejectUnauthorized: true } : {}),
    ...(isTls && ca !== undefined ? { ca } : {}),
  });
  request.once('connect', ({ statusCode }, socket: Socket) => {
    if (statusCode !== 200 || isOver) {
      socket.destroy();
      return fail(refusalInWords(statusCode, user !== undefined));
    }
    isOver = true;
    // What goes through the tunnel has time limits of its own.
    request.removeAllListeners('timeout');
    socket.setTimeout(0);
    return opened(socket);
  });
  request.once('timeout', () => request.destroy(new Error(`did not answer within ${timeout} ms`)));
  request.once('error', (error: NodeJS.ErrnoException) =>
    fail(`cannot be used: ${error.message}${error.code === undefined ? '' : ` (${error.code})`}`),
  );
  request.end();
}

function refusalInWords(status: number | undefined, hasLogin: boolean): string {
  if (status !== 407) return `refuses the way to the site (${status})`;
  return hasLogin
    ? 'refuses its login (407): correct proxy.user and proxy.password'
    : 'wants a login (407): give proxy.user and proxy.passwordFile';
}
