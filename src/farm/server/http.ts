import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { describeIssues } from '../../base/files.ts';
import { warn } from '../../base/log.ts';
import { headers, protocol } from '../wire/protocol.ts';
import { Refused } from './refused.ts';
import type { Holder, Role } from './tokens.ts';

/** Bytes of the body of a route that says nothing else: JSON. */
const largestBody = 4 * 1024 * 1024;

/** A request whose sender is known. */
export interface Asked {
  readonly holder: Holder;
  /** Parts of the path that the route leaves open, in order. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  /** Of a worker; empty where it has none. */
  readonly session: string;
  /** Fires when the sender is gone. */
  readonly gone: AbortSignal;
  /** The body, checked. */
  json<T>(schema: z.ZodType<T>): Promise<T>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is sent back: JSON, text, or a stream of so many bytes. */
export type Reply =
  | { readonly json: unknown }
  | { readonly text: string; readonly type: string }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly size: number };

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** `*` stands for one part. */
  readonly path: string;
  /** Who may ask. */
  readonly roles: readonly Role[];
  /** Bytes that the body may have. */
  readonly most?: number;
  readonly answer: (asked: Asked) => Promise<Reply>;
}

/** What finds out who asks, and is told of refusals. */
export interface Gate {
  holderOf(secret: string): Promise<Holder | undefined>;
  refused(): void;
}

/** Answers a request by the table of routes. Never rejects. */
export async function respond(
  routes: readonly Route[],
  gate: Gate,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  try {
    const { url, found } = addressed(routes, request);
    const holder = await authenticated(gate, request);
    checkProtocol(request, url.pathname);
    if (found === undefined) throw new Refused(404, `there is no ${request.method} ${url.pathname}`);
    if (!found.route.roles.includes(holder.role)) throw new Refused(403, `a token of a ${holder.role} may not do this`);
    await send(response, await found.route.answer(askedOf(request, { ...found, holder, url, response })));
  } catch (error) {
    if (error instanceof Refused) gate.refused();
    await sendError(response, error);
  }
}

function addressed(routes: readonly Route[], { url: text = '/', method = '' }: IncomingMessage) {
  try {
    const url = new URL(text, 'http://farm');
    return { url, found: routeOf(routes, method, url.pathname) };
  } catch {
    throw new Refused(400, 'the path of the request cannot be read');
  }
}

function routeOf(routes: readonly Route[], method: string, path: string) {
  const given = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    if (route.method !== method || wanted.length !== given.length) continue;
    if (!wanted.every((part, at) => part === '*' || part === given[at])) continue;
    return { route, parts: given.filter((_, at) => wanted[at] === '*').map(decodeURIComponent) };
  }
  return undefined;
}

async function authenticated(gate: Gate, request: IncomingMessage): Promise<Holder> {
  const secret = /^Bearer (\S{10,200})$/.exec(request.headers.authorization ?? '')?.[1];
  const holder = secret === undefined ? undefined : await gate.holderOf(secret);
  if (holder === undefined) throw new Refused(401, 'the farm does not know this token');
  return holder;
}

/** The greeting and metrics are for everyone, so that each side can say what the other is. */
function checkProtocol(request: IncomingMessage, path: string): void {
  if (path === '/v1/hello' || path === '/metrics') return;
  const spoken = request.headers[headers.protocol];
  if (spoken === String(protocol)) return;
  throw new Refused(426, `the farm speaks protocol ${protocol}, and this request is of protocol ${spoken ?? 'none'}`);
}

interface Found {
  readonly route: Route;
  readonly parts: readonly string[];
  readonly holder: Holder;
  readonly url: URL;
  readonly response: ServerResponse;
}

function askedOf(request: IncomingMessage, { route, parts, holder, url, response }: Found): Asked {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = bounded(request, route.most ?? largestBody);
  return {
    holder,
    parts,
    query: url.searchParams,
    session: String(request.headers[headers.session] ?? ''),
    gone: gone.signal,
    json: async (schema) => {
      const checked = schema.safeParse(JSON.parse((await textOf(body)) || 'null'));
      if (!checked.success)
        throw new Refused(400, `the request is not what was expected: ${describeIssues(checked.error)}`);
      return checked.data;
    },
    body,
  };
}

/** A body up to so many bytes: one that announces more is not read at all, one that has more ends there. */
async function* bounded(request: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  const refuse = () => new Refused(413, `the body has more than ${most} bytes`);
  if (Number(request.headers['content-length']) > most) throw refuse();
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw refuse();
    yield part;
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  if (response.destroyed) return;
  if ('stream' in reply) {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': reply.size });
    await pipeline(reply.stream, response);
    return;
  }
  const [type, text] = 'json' in reply ? ['application/json', JSON.stringify(reply.json)] : [reply.type, reply.text];
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** States of PostgreSQL in which trying again is of no use before somebody makes room. */
const full = ['53100', '53200'];

async function sendError(response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent) {
    // The other side sees a body that is cut short.
    response.destroy();
    return;
  }
  const [status, message] = statusOf(error);
  if (status === 500) warn(`farm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const text = JSON.stringify({ error: message });
  // The rest of a body that is not read would be taken for the next request.
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(text);
}

function statusOf(error: unknown): readonly [number, string] {
  if (error instanceof Refused) return [error.status, error.message];
  if (error instanceof SyntaxError) return [400, 'the request is not JSON'];
  const { code = '', message } = error as { code?: string; message: string };
  if (full.includes(code)) return [507, `the farm's database has no space left: ${message}`];
  if (isOutage(code, message)) return [503, "the farm's database does not answer"];
  return [500, 'trouble in the farm; its log says more'];
}

/** The connection to the database broke, or the server starts or stops (SQLSTATE classes 08 and 57P). */
function isOutage(code: string, message: string): boolean {
  return (
    /^(?:08...|57P..|53300|ECONN.*|ENOENT|EPIPE|ETIMEDOUT)$/.test(code) ||
    /[Cc]onnection (?:terminated|ended)|timeout exceeded/.test(message)
  );
}
