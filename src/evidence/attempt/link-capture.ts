import type { StoredNic } from '../../model/stored-scenario.ts';
import { type Capture, linkTypeEthernet } from '../capture/capture.ts';
import type { SeenFrame } from '../evidence.ts';
import { readWire } from '../packet/wire.ts';

/** Names of an attempt's captures, by their link. */
export function captureFile(link: string): string {
  return `links/${link}.pcapng`;
}

/** The frames of a link, understood, with who put each on it. `senders`: by MAC address in lower case. */
export function framesOf(file: string, { packets }: Capture, senders: ReadonlyMap<string, StoredNic>): SeenFrame[] {
  return readWire(packets).map((packet) => {
    const { host: sender, ifindex } = senders.get(packet.dissected.sourceMac) ?? {};
    return {
      file,
      number: packet.index + 1,
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
