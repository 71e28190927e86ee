import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError, EspalierError } from '../base/errors.ts';
import { warn } from '../base/log.ts';
import { refusal, tokenCookie } from './access.ts';
import { missing, routes } from './routes.ts';

/** What is served, and to whom. */
export interface ServeOptions {
  /** The folder of runs; only read, but for its index. */
  readonly runs: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Asked of every request; absent: only requests to names of loopback are answered. */
  readonly token?: string | undefined;
}

/** No inline script or style, nothing from elsewhere, in no frame; a type is what its header says. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Serves a folder of runs until it is closed. Raises an `infrastructure` error where it cannot listen. */
export async function startServer(options: ServeOptions): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => void answer(options, request, response));
  const listening = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    listening.reject(
      new EspalierError('infrastructure', `cannot listen: ${cause.message}`, { cause, host: options.host }),
    ),
  );
  server.listen(options.port, options.host, () => listening.resolve());
  await listening.promise;
  return { server, port: (server.address() as AddressInfo).port };
}

async function answer(
  { runs, token }: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  try {
    const url = addressOf(request);
    const refused = url === undefined ? 403 : refusal(request, url, token);
    if (url === undefined || refused !== undefined) {
      response.writeHead(refused ?? 403, { 'content-type': 'text/plain; charset=utf-8' }).end('refused\n');
      return;
    }
    if (token !== undefined && url.searchParams.has('token')) {
      redirect(response, url, token);
      return;
    }
    // Not the path of `url`: that has dots resolved, and here they are refused.
    const path = (request.url ?? '').split('?')[0] ?? '';
    for (const [pattern, route] of routes) {
      const parts = pattern.exec(path)?.slice(1);
      if (parts === undefined) continue;
      await route({ runs, request, response, parts });
      return;
    }
    missing({ response });
  } catch (error) {
    warn(`${request.url}: ${describeError(error)}`);
    if (response.headersSent) response.destroy();
    else
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('trouble; the server says more\n');
  }
}

function addressOf(request: IncomingMessage): URL | undefined {
  const text = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
  return (request.url ?? '').startsWith('/') && URL.canParse(text) ? new URL(text) : undefined;
}

/** Keeps the token out of the address from now on. */
function redirect(response: ServerResponse, url: URL, token: string): void {
  const cookie = `${tokenCookie}=${token}; HttpOnly; SameSite=Strict; Path=/`;
  const place = url.pathname.replace(/^\/+/, '/');
  response.writeHead(303, { location: place, 'set-cookie': cookie }).end();
}
