import { dissect } from './dissect.ts';
import { FragmentReassembler, type Reassembled } from './fragments.ts';
import { type Dissected, type IpPacket, type IpsecMessage, type Ports, wellKnownPorts } from './packet.ts';
import { TcpEncapsulation } from './tcp-encapsulation.ts';

/** A frame as it was captured; `CapturedPacket` is one. */
export interface WireFrame {
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  readonly frame: Uint8Array;
}

/** A frame with all that it brings to an end. */
export interface WirePacket {
  /** Index of the frame among those given. */
  readonly index: number;
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  readonly dissected: Dissected;
  /** The datagram that this frame's fragment completes; `parts` are indices of frames. */
  readonly datagram?: Reassembled;
  /** IKE and ESP in TCP whose last byte this frame brought into order. */
  readonly streamed: readonly IpsecMessage[];
}

/** Something of IPsec on the wire, whatever it was packed in. */
export interface SeenMessage {
  readonly message: IpsecMessage;
  readonly encapsulation: 'none' | 'udp' | 'tcp';
  /** The packet that brought it (of a stream, the last one); ports are 0 where there are none. */
  readonly packet: IpPacket;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Understands the frames of one link in their order, with fragments put together and TCP streams followed. Never throws. */
export function readWire(frames: readonly WireFrame[], ports: Ports = wellKnownPorts): WirePacket[] {
  const fragments = new FragmentReassembler(ports);
  const streams = new TcpEncapsulation(ports);
  return frames.map(({ time, frame }, index) => {
    const dissected = dissect(frame, ports);
    const datagram = dissected.ip?.fragment && fragments.add(dissected.ip, time, index);
    const packet = datagram?.packet ?? dissected.ip;
    const segment = packet?.fragment === undefined ? packet?.upper : undefined;
    const streamed = packet && segment?.kind === 'tcp' ? streams.add(packet, segment) : [];
    return { index, time, dissected, ...(datagram && { datagram }), streamed };
  });
}

/** ESP, IKE and keepalives that a frame carries or completes, in clear IP, UDP or TCP. Not what lies inside of AH or tunnels. */
export function messagesOf({ dissected, datagram, streamed }: WirePacket): SeenMessage[] {
  const packet = datagram?.packet ?? dissected.ip;
  if (packet === undefined || packet.fragment !== undefined) return [];
  const { upper } = packet;
  if (upper.kind === 'esp') {
    return [{ message: upper, encapsulation: 'none', packet, sourcePort: 0, destinationPort: 0 }];
  }
  if (upper.kind !== 'udp' && upper.kind !== 'tcp') return [];
  const { sourcePort, destinationPort } = upper;
  const found = upper.kind === 'tcp' ? streamed : upper.message ? [upper.message] : [];
  return found.map((message) => ({ message, encapsulation: upper.kind, packet, sourcePort, destinationPort }));
}
