import type { CaptureFile } from './capture-file.ts';

/** Where a host's network card is plugged in. */
export interface Port {
  readonly host: string;
  /** Takes a frame to the host. */
  send(frame: Buffer): void;
}

/**
 * One link: hands each frame to the port behind which its receiver was last seen, or to all others, in the order in which frames came, and
 * captures it first.
 */
export class LinkSwitch {
  readonly #ports: Port[] = [];
  readonly #seen = new Map<string, Port>();
  readonly #capture: CaptureFile;
  readonly #now: () => bigint;

  constructor(capture: CaptureFile, now: () => bigint) {
    this.#capture = capture;
    this.#now = now;
  }

  plug(port: Port): void {
    this.#ports.push(port);
  }

  /** A frame that came in at a port. One without both addresses goes nowhere. */
  take(from: Port, frame: Buffer): void {
    this.#capture.add(this.#now(), frame);
    if (frame.length < addresses) return;
    this.#seen.set(frame.toString('latin1', 6, 12), from);
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
