/** A worker's connections to the farm, for a test to cut. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Scope } from './field.ts';

/** `broken`: connections end, and no new ones come about. `silent`: nothing arrives any more, in either direction. */
export type Cut = 'broken' | 'silent';

export class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: Cut | undefined;

  private constructor(t: Scope, farmPort: number) {
    this.#server = createServer((near) => this.#join(near, farmPort));
    t.after(() => {
      this.#server.close();
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** A line to a port of this machine. */
  static async open(t: Scope, farmPort: number): Promise<Line> {
    const line = new Line(t, farmPort);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  /** Where its near end is. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the line is not open');
    return `http://127.0.0.1:${address.port}`;
  }

  cut(how: Cut): void {
    this.#cut = how;
    for (const socket of this.#sockets) {
      if (how === 'broken') socket.destroy();
      else socket.pause();
    }
  }

  mend(): void {
    this.#cut = undefined;
    for (const socket of this.#sockets) socket.resume();
  }

  #join(near: Socket, farmPort: number): void {
    if (this.#cut === 'broken') return void near.destroy();
    const far = connect(farmPort, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
      if (this.#cut === 'silent') one.pause();
    }
  }
}
