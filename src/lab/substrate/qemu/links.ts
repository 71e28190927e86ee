import type { Socket } from 'node:net';
import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { CaptureFile } from './capture-file.ts';
import { FrameFaults } from './faults/frame-faults.ts';
import type { LabClock } from './lab-clock.ts';
import type { MachineWires } from './messages.ts';
import type { EvidenceWriter } from './quota.ts';
import { LinkSwitch, type Port } from './switch.ts';

/** Bytes of a frame's length in front of it, as QEMU's `-netdev stream` writes it. */
export const frameHead = 4;

interface LinkStore {
  readonly dir: string;
  readonly writer: EvidenceWriter;
  readonly clock: LabClock;
  /** Takes down what rules do with frames: the payload of a `fault` record. */
  readonly note?: (payload: Buffer) => void;
}

interface Link {
  readonly capture: CaptureFile;
  readonly forward: LinkSwitch;
}

/** A network card's end of its link. */
interface PluggedPort extends Port {
  readonly link: Link;
}

/** The links of a lab. */
export class Links {
  /** What becomes of single frames. */
  readonly faults: FrameFaults;
  readonly #links: ReadonlyMap<string, Link>;

  constructor(names: readonly string[], { dir, writer, clock, note = () => {} }: LinkStore) {
    this.faults = new FrameFaults({
      note,
      after: (ns, act) => clock.after(ns, act),
      indexOf: (link) => names.indexOf(link),
      put: (link, frame, from) => this.#named(link).forward.put(frame, from),
    });
    this.#links = new Map(
      names.map((name) => {
        const capture = new CaptureFile(join(dir, `${name}.pcapng`), name, writer);
        const decides = (from: Port, frame: Buffer): boolean => this.faults.take(name, from.host, frame);
        return [name, { capture, forward: new LinkSwitch(capture, () => clock.now(), decides) }];
      }),
    );
  }

  /** A machine's card is connected. */
  plug({ name: host, nics }: MachineWires, index: number, socket: Socket): PluggedPort {
    const link = this.#named(nics[index]?.link ?? '');
    const port = { host, link, send: (frame: Buffer) => void sendFrame(socket, frame) };
    link.forward.plug(port);
    return port;
  }

  #named(name: string): Link {
    const link = this.#links.get(name);
    if (link === undefined) throw new EspalierError('bug', `no link is named ${name}`);
    return link;
  }

  take(port: PluggedPort, frame: Buffer): void {
    port.link.forward.take(port, frame);
  }

  /** Frames captured so far, by link. */
  *captured(): Generator<readonly [string, number]> {
    for (const [name, { capture }] of this.#links) yield [name, capture.count];
  }

  /** Frames captured so far, of all links. */
  get total(): number {
    let sum = 0;
    for (const { capture } of this.#links.values()) sum += capture.count;
    return sum;
  }

  flush(): void {
    for (const { capture } of this.#links.values()) capture.flush();
  }
}

/** Copies: who sent it may change its bytes. Nothing is lost where the machine is slow to read; it waits here. */
function sendFrame(socket: Socket, frame: Buffer): boolean {
  const bytes = Buffer.allocUnsafe(frameHead + frame.length);
  bytes.writeUInt32BE(frame.length, 0);
  frame.copy(bytes, frameHead);
  return socket.write(bytes);
}
