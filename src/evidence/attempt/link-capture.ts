import type { StoredNic } from '../../model/stored-scenario.ts';
import { type Capture, type CapturedPacket, linkTypeEthernet } from '../capture/capture.ts';
import type { SeenFrame } from '../evidence.ts';
import { readWire } from '../packet/wire.ts';

/** Names of an attempt's captures, by their link. */
export function captureFile(link: string): string {
  return `links/${link}.pcapng`;
}

/** Name of the interface by which a link's capture holds what fault rules put on it (guest/agent/capture.c). */
export function faultsInterface(link: string): string {
  return `${link} faults`;
}

/** What hosts put on a link: frames with their numbers in its capture, from 1. What fault rules put on it was not sent by anybody. */
export function sentFrames({
  packets,
  interfaces,
}: Capture): { readonly number: number; readonly packet: CapturedPacket }[] {
  const byFaults = interfaces.map(
    ({ name }, index) => index > 0 && name === faultsInterface(interfaces[0]?.name ?? ''),
  );
  return packets.flatMap((packet, index) => (byFaults[packet.interface] ? [] : [{ number: index + 1, packet }]));
}

/** The frames that hosts put on a link, understood, with who put each on it. `senders`: by MAC address in lower case. */
export function framesOf(file: string, capture: Capture, senders: ReadonlyMap<string, StoredNic>): SeenFrame[] {
  const sent = sentFrames(capture);
  return readWire(sent.map(({ packet }) => packet)).map((packet) => {
    const { host: sender, ifindex } = senders.get(packet.dissected.sourceMac) ?? {};
    return {
      file,
      number: sent[packet.index]?.number ?? 0,
      time: packet.time,
      ...(sender !== undefined && { sender }),
      ...(ifindex !== undefined && { ifindex }),
      packet,
    };
  });
}

/** Why a capture does not tell all that was on its link; undefined where it does. */
export function captureProblem({ packets, interfaces, damage }: Capture): string | undefined {
  if (damage !== undefined) return `at byte ${damage.offset}: ${damage.message}`;
  const foreign = interfaces.find(({ linkType }) => linkType !== linkTypeEthernet);
  if (foreign !== undefined) return `frames of link type ${foreign.linkType} are not Ethernet`;
  const cut = packets.findIndex(({ frame, length }) => frame.length < length);
  return cut < 0 ? undefined : `frame ${cut + 1} was cut`;
}
