import type { Selector } from '../../src/evidence/ipsec.ts';
import { concat } from '../../src/evidence/records/writer.ts';
import type { Flow } from '../../src/evidence/tables/selectors.ts';
import { addressBytes, familyOf } from '../../src/model/addresses.ts';
import { bytes, u16 } from '../unit/evidence/build.ts';

const udp = 17;
/** Echo request of ICMP and ICMPv6. */
const echo = { 1: 8, 58: 128 } as Readonly<Record<number, number>>;

/** A packet that a selector chooses: the last addresses of its prefixes, UDP to the discard port where it leaves that open. */
export function flowFor({ source, destination, protocol, sourcePort, destinationPort }: Selector): Flow {
  const chosen = protocol || udp;
  const type = echo[chosen];
  const [from, to] = type === undefined ? [9, 9] : [type, 0];
  return {
    source: within(source),
    destination: within(destination),
    protocol: chosen,
    sourcePort: (sourcePort.port & sourcePort.mask) | (from & ~sourcePort.mask),
    destinationPort: (destinationPort.port & destinationPort.mask) | (to & ~destinationPort.mask),
  };
}

/** The address of a prefix with the last bit but one set, where it is free. */
function within({ address, prefix }: Selector['source']): string {
  const raw = addressBytes(address);
  const last = raw.length - 1;
  if (raw.length * 8 - prefix >= 2) raw[last] = (raw[last] ?? 0) | 2;
  return raw.length === 4 ? raw.join('.') : sixText(raw);
}

function sixText(raw: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((raw[index * 2] ?? 0) << 8) | (raw[index * 2 + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}

/** A frame from one station to another with a packet of a flow, checksums left out. */
export function clearFrame(flow: Flow, macs: { readonly from: Uint8Array; readonly to: Uint8Array }): Uint8Array {
  const { source, destination, protocol, sourcePort = 0, destinationPort = 0 } = flow;
  const rest = bytes('0000 0000 0000 0000');
  const header = protocol in echo ? Uint8Array.of(sourcePort, destinationPort, 0, 0) : udpHeader(flow, rest.length);
  const payload = concat([header, rest]);
  const addresses = concat([addressBytes(source), addressBytes(destination)]);
  const four = familyOf(source) === 4;
  const ip = four
    ? [bytes('4500'), u16(20 + payload.length), bytes('00010000'), Uint8Array.of(64, protocol, 0, 0), addresses]
    : [bytes('60000000'), u16(payload.length), Uint8Array.of(protocol, 64), addresses];
  return concat([macs.to, macs.from, u16(four ? 0x0800 : 0x86dd), ...ip, payload]);
}

/** Ports stand at the same place in TCP and SCTP. */
function udpHeader({ sourcePort = 0, destinationPort = 0 }: Flow, length: number): Uint8Array {
  return concat([u16(sourcePort), u16(destinationPort), u16(8 + length), u16(0)]);
}
