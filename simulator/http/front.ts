import type { FastifyReply } from 'fastify';
import type { ActiveFault } from '../faults.js';

/** Marks an answer whose Content-Type is not the negotiated one; never sent. */
export const RAW = 'x-sim-raw';

/** Where a front end sends those who are to log in with it; answered 200, with a page. */
export const FRONT_LOGIN = '/_front/login';

export const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><hr>front</body></html>\n`;

/** An answer of something that stands in front of the site, and knows nothing of its error object. */
export function sendFront(fault: ActiveFault, siteUrl: string, reply: FastifyReply): void {
  const status = fault.status ?? 503;
  reply.code(status).header(RAW, '1');
  if (status >= 300 && status < 400) reply.header('location', `${siteUrl}${FRONT_LOGIN}`);
  reply.headers(fault.headers ?? {});
  if (fault.body !== undefined) {
    reply.send(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body));
    return;
  }
  switch (fault.page ?? 'html') {
    case 'html':
      reply.type('text/html; charset=utf-8').send(page(String(status)));
      return;
    case 'text':
      reply.type('text/plain').send(status === 404 ? 'default backend - 404' : `upstream error ${status}`);
      return;
    case 'json':
      reply.type('application/json').send(JSON.stringify({ error: `${status}`, message: 'no upstream' }));
      return;
    case 'empty':
      reply.header('content-length', '0').send('');
  }
}
