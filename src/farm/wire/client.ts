import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { checkJson } from '../../base/files.ts';
import { version } from '../../base/version.ts';
import { pause } from '../pause.ts';
import type { FarmAddress } from './address.ts';
import { PinnedAgent } from './pinned-agent.ts';
import { errorSchema, headers, helloSchema, protocol, silenceMs } from './protocol.ts';

/** One request. */
export interface Call {
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly session?: string | undefined;
  readonly json?: unknown;
  /** Made anew for every try. */
  readonly body?: () => AsyncIterable<Uint8Array>;
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which an unreachable farm is asked again; default: those of the client. */
  readonly patienceMs?: number;
}

/** The farm's answer to a request that it does not grant. */
export class RefusedByFarm extends EspalierError {
  readonly status: number;

  constructor(status: number, message: string, origin: string) {
    super('infrastructure', `the farm at ${origin} refused a request: ${message}`, { ...remedyOf(status) });
    this.status = status;
  }
}

/** Whether a session, or all that a token opened, is over: asking again cannot help. */
export function isOver(error: unknown): boolean {
  return error instanceof RefusedByFarm && [401, 410, 426].includes(error.status);
}

function remedyOf(status: number): { remedy?: string } {
  if (status === 401) return { remedy: 'check ESPALIER_FARM_TOKEN; `espalier farm token add` makes a new one' };
  if (status === 403) return { remedy: 'use a token of the other kind: `espalier farm token add NAME --role …`' };
  if (status === 507) return { remedy: 'make room on the disk of PostgreSQL; the run goes on by itself' };
  return {};
}

/** Speaks to a farm. A farm that cannot be reached is asked again, ever more slowly, for as long as patience lasts. */
export class FarmClient implements Disposable {
  readonly address: FarmAddress;
  readonly #agent: HttpAgent;
  readonly #patienceMs: number;

  constructor(address: FarmAddress, { patienceMs = 600_000 }: { readonly patienceMs?: number } = {}) {
    this.address = address;
    this.#patienceMs = patienceMs;
    const secure = address.origin.startsWith('https:');
    this.#agent = secure ? new PinnedAgent(address.fingerprint) : new HttpAgent({ keepAlive: true });
  }

  /** Finds out whether there is a farm, of this version, that takes the token for this role. */
  async greet(role: 'worker' | 'driver'): Promise<void> {
    const { origin } = this.address;
    const hello = await this.json({ path: '/v1/hello', patienceMs: 0 }, helloSchema);
    if (hello.protocol !== protocol) {
      const theirs = `Espalier ${hello.espalier} and speaks protocol ${hello.protocol}`;
      throw new EspalierError(
        'infrastructure',
        `the farm at ${origin} is of ${theirs}; this is Espalier ${version()} with protocol ${protocol}`,
        { remedy: 'use the same Espalier on both sides' },
      );
    }
    if (hello.role !== role) {
      const remedy = `make one with \`espalier farm token add NAME --role ${role}\``;
      throw new EspalierError('infrastructure', `the token for ${origin} is one of a ${hello.role}, not of a ${role}`, {
        remedy,
      });
    }
  }

  /** A request that is answered by JSON. */
  async json<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
    return this.#patiently(call, async (response) => {
      const text = (await bytesOf(response, largestJson)).toString('utf8');
      return checkJson(() => JSON.parse(text), schema, `${this.address.origin}${call.path}`);
    });
  }

  /** A request whose answer says nothing. */
  async send(call: Call): Promise<void> {
    await this.#patiently(call, async (response) => void (await bytesOf(response, largestJson)));
  }

  /** A request that is answered by bytes; `take` is called anew where the connection breaks. */
  async bytes<T>(call: Call, take: (response: IncomingMessage) => Promise<T>): Promise<T> {
    return this.#patiently(call, take);
  }

  async #patiently<T>(call: Call, take: (response: IncomingMessage) => Promise<T>): Promise<T> {
    const end = performance.now() + (call.patienceMs ?? this.#patienceMs);
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#once(call, take);
      } catch (error) {
        if (call.signal?.aborted) throw new EspalierError('cancelled', 'the request was given up');
        if (!isPassing(error)) throw isLocal(error) ? ofThisMachine(error) : this.#refused(error);
        if (performance.now() >= end) throw this.#unreachable(error);
        await pause(Math.min(5000, 100 * 2 ** Math.min(tries, 6)), call.signal);
      }
    }
  }

  async #once<T>(call: Call, take: (response: IncomingMessage) => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = this.#open(call);
    request.once('response', resolve);
    // Stays: a connection that breaks later is told by the response's own reader.
    request.on('error', reject);
    request.setTimeout(silenceMs, () => request.destroy());
    const sent = sendBody(request, call);
    sent.catch(reject);
    const response = await promise;
    if (response.statusCode === 200) return take(response);
    const { error } = errorOf(await bytesOf(response, largestJson));
    throw new RefusedByFarm(response.statusCode ?? 0, error, this.address.origin);
  }

  #open({ method = 'GET', path, session, json, size, signal }: Call): ClientRequest {
    const { origin, token } = this.address;
    const send = origin.startsWith('https:') ? httpsRequest : httpRequest;
    const length = json === undefined ? size : Buffer.byteLength(JSON.stringify(json));
    return send(new URL(path, origin), {
      method,
      agent: this.#agent,
      ...(signal && { signal }),
      headers: {
        authorization: `Bearer ${token}`,
        [headers.protocol]: String(protocol),
        ...(session !== undefined && { [headers.session]: session }),
        ...(length !== undefined && { 'content-length': length }),
      },
    });
  }

  /** What is the other side's, and will not be over soon: a certificate, an answer in another language. */
  #refused(error: unknown): EspalierError {
    return error instanceof EspalierError ? error : this.#unreachable(error);
  }

  #unreachable(cause: unknown): EspalierError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new EspalierError('infrastructure', `the farm at ${this.address.origin} cannot be reached: ${why}`, {
      remedy: 'check the address, and that `espalier farm start` runs there',
      cause,
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Bytes of a JSON answer. */
const largestJson = 32 * 1024 * 1024;

async function sendBody(request: ClientRequest, { json, body }: Call): Promise<void> {
  if (body !== undefined) await pipeline(body(), request);
  else request.end(json === undefined ? undefined : JSON.stringify(json));
}

async function bytesOf(response: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw new EspalierError('infrastructure', `an answer of the farm has more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function errorOf(bytes: Buffer): { readonly error: string } {
  try {
    return errorSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return { error: 'something else than a farm answered' };
  }
}

/** Errors of connections and of finding their other end, as Node and Linux name them. */
const ofConnections =
  /^(?:ECONN(?:RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOST(?:UNREACH|DOWN)|ENET(?:UNREACH|DOWN|RESET)|EADDRNOTAVAIL|EAI_AGAIN|ENOTFOUND|ERR_STREAM_PREMATURE_CLOSE)$/;

/** What may be over soon: a farm or a database that starts again, a connection that broke. */
function isPassing(error: unknown): boolean {
  if (error instanceof RefusedByFarm) return error.status === 503;
  if (error instanceof EspalierError) return false;
  return ofConnections.test(codeOf(error));
}

/** A file of this machine could not be read or written, while its content was sent or came. */
function isLocal(error: unknown): error is Error {
  return (
    error instanceof Error && !(error instanceof EspalierError) && 'syscall' in error && /^E[A-Z]+$/.test(codeOf(error))
  );
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? '');
}

function ofThisMachine(cause: Error): EspalierError {
  return new EspalierError('infrastructure', `a file cannot be read or written here: ${cause.message}`, { cause });
}
