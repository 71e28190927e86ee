import type { CaptureFile } from './capture-file.ts';

/** Where a host's network card is plugged in. */
export interface Port {
  readonly host: string;
  /** Takes a frame to the host. */
  send(frame: Buffer): void;
}

/** Whether a rule takes a frame: it does not go on by itself then. */
export type Decides = (from: Port, frame: Buffer) => boolean;

/**
 * One link: hands each frame to the port behind which its receiver was last seen, or to all others, in the order in which frames came, and
 * captures it first.
 */
export class LinkSwitch {
  readonly #ports: Port[] = [];
  readonly #seen = new Map<string, Port>();
  readonly #capture: CaptureFile;
  readonly #now: () => bigint;
  readonly #decides: Decides | undefined;

  /** `decides`: asked for each frame of a host. */
  constructor(capture: CaptureFile, now: () => bigint, decides?: Decides) {
    this.#capture = capture;
    this.#now = now;
    this.#decides = decides;
  }

  plug(port: Port): void {
    this.#ports.push(port);
  }

  /** A frame that came in at a port. */
  take(from: Port, frame: Buffer): void {
    this.#capture.add(this.#now(), frame);
    if (frame.length >= addresses) this.#seen.set(frame.toString('latin1', 6, 12), from);
    if (this.#decides?.(from, frame) !== true) this.#forward(from, frame);
  }

  /** A frame that a rule puts on the link, as from a host; of nobody it goes to all that its address means. */
  put(frame: Buffer, host: string | undefined): void {
    this.#capture.addOfRule(this.#now(), frame);
    const from = host === undefined ? undefined : this.#ports.find((port) => port.host === host);
    this.#forward(from, frame);
  }

  /** One without both addresses goes nowhere. */
  #forward(from: Port | undefined, frame: Buffer): void {
    if (frame.length < addresses) return;
    // The lowest bit of the first octet: to a group, or to all (IEEE 802.3, 3.2.3).
    const to = (frame[0] ?? 0) & 1 ? undefined : this.#seen.get(frame.toString('latin1', 0, 6));
    if (to === undefined) for (const port of this.#ports) if (port !== from) port.send(frame);
    if (to !== undefined && to !== from) to.send(frame);
  }

  flush(): void {
    this.#capture.flush();
  }
}

/** Bytes of a frame's addresses. */
const addresses = 12;
