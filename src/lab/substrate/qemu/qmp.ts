import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { EspalierError } from '../../../base/errors.ts';

/** What QEMU answers (docs/interop/qmp-spec.rst of QEMU). */
interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly id?: number;
}

/** A client of one machine's QEMU Machine Protocol: power, snapshots, media, cables. */
export class Qmp implements Disposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #next = 1;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => this.#hear(line));
    socket.on('error', () => {});
    socket.once('close', () => this.#close());
  }

  /** Connects to a socket and leaves the negotiation behind. Throws `infrastructure` where nobody answers. */
  static async connect(path: string): Promise<Qmp> {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw new EspalierError('infrastructure', `QEMU does not listen: ${(cause as Error).message}`, {
        file: path,
        cause,
      });
    }
    const client = new Qmp(socket);
    await client.execute('qmp_capabilities');
    return client;
  }

  /** Carries out a command; throws `infrastructure` with QEMU's own words where it refuses, or ends before it answers. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    if (this.#closed) throw new EspalierError('infrastructure', `QEMU ended before ${command}`);
    this.#waiting.set(id, resolve);
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    const answer = await promise;
    if (answer.error === undefined) return answer.return;
    throw new EspalierError('infrastructure', `QEMU refuses ${command}: ${answer.error.desc}`);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Events and the greeting have no number. */
  #hear(line: string): void {
    let answer: Answer;
    try {
      answer = JSON.parse(line) as Answer;
    } catch {
      return; // cut short by its end
    }
    const { id } = answer;
    if (id === undefined) return;
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #close(): void {
    this.#closed = true;
    for (const done of this.#waiting.values()) done({ error: { class: 'Ended', desc: 'it has ended' } });
    this.#waiting.clear();
  }
}
