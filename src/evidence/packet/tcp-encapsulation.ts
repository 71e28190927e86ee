import type { IpPacket, IpsecMessage, Ports, TcpSegment } from './packet.ts';
import { hasStreamPrefix, TcpFraming } from './tcp-framing.ts';
import { TcpStream } from './tcp-stream.ts';

/** Connections followed at once; the one that began first is forgotten for another. */
const maxConnections = 256;

const syn = 2;
const ack = 16;

interface Direction {
  readonly stream: TcpStream;
  readonly framing: TcpFraming;
}

/** Finds IKE and ESP in the TCP connections of one link (RFC 8229, RFC 9329). */
export class TcpEncapsulation {
  readonly #ports: Ports;
  readonly #directions = new Map<string, Direction>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Takes a segment; returns the messages whose last byte it brought into order. */
  add({ source, destination }: IpPacket, segment: TcpSegment): IpsecMessage[] {
    const { sourcePort, destinationPort, payload, sequence, flags } = segment;
    const key = `${source} ${sourcePort} ${destination} ${destinationPort}`;
    if ((flags & syn) !== 0) {
      // Who begins a connection says the prefix; who accepts does not.
      if (this.#isTold(segment)) this.#open(key, { next: sequence + 1, prefix: (flags & ack) === 0 });
      return [];
    }
    if (payload.length === 0) return [];
    if (!this.#directions.has(key) && hasStreamPrefix(payload)) {
      // Another port, or the capture began later: from here on both directions are known.
      this.#open(key, { next: sequence, prefix: true });
      const back = `${destination} ${destinationPort} ${source} ${sourcePort}`;
      if ((flags & ack) !== 0) this.#open(back, { next: segment.acknowledgement, prefix: false });
    }
    const direction = this.#directions.get(key);
    if (direction === undefined || direction.framing.foreign) return [];
    return direction.stream.add(sequence, payload).flatMap((bytes) => direction.framing.push(bytes));
  }

  #isTold({ sourcePort, destinationPort }: TcpSegment): boolean {
    const { encapsulation } = this.#ports;
    return encapsulation.includes(sourcePort) || encapsulation.includes(destinationPort);
  }

  #open(key: string, { next, prefix }: { readonly next: number; readonly prefix: boolean }): void {
    const known = this.#directions.get(key);
    // A SYN that is sent again changes nothing.
    if (known !== undefined && known.stream.next === next >>> 0) return;
    this.#directions.delete(key);
    for (const [oldest] of this.#directions) {
      if (this.#directions.size < maxConnections * 2) break;
      this.#directions.delete(oldest);
    }
    this.#directions.set(key, { stream: new TcpStream(next), framing: new TcpFraming(prefix) });
  }
}
