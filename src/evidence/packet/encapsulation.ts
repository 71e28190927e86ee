import { u32 } from './octets.ts';
import type { EspPacket, IpsecMessage, Ports } from './packet.ts';

/** SPI and sequence number. */
const espHeader = 8;
const ikeHeader = 28;
const markerSize = 4;

/** ESP from its SPI on; `undefined` where not even the header is there. */
export function readEsp(bytes: Uint8Array): EspPacket | undefined {
  if (bytes.length < espHeader) return undefined;
  return { kind: 'esp', spi: u32(bytes, 0), sequence: u32(bytes, 4), bytes };
}

/** Tells IKE from ESP by the non-ESP marker: UDP encapsulation (RFC 3948, 2), and TCP without its length (RFC 9329, 3.1). */
export function readEncapsulated(bytes: Uint8Array): IpsecMessage {
  if (bytes.length === 1 && bytes[0] === 0xff) return { kind: 'keepalive' };
  if (bytes.length >= markerSize && u32(bytes, 0) === 0) return { kind: 'ike', bytes: bytes.subarray(markerSize) };
  return readEsp(bytes) ?? { kind: 'short' };
}

/** What a UDP payload is by its ports; `undefined`: nothing of IPsec. */
export function readUdpMessage(
  payload: Uint8Array,
  flow: { readonly sourcePort: number; readonly destinationPort: number },
  ports: Ports,
): IpsecMessage | undefined {
  // The receiver's port decides: it is its socket that takes the datagram apart.
  for (const port of [flow.destinationPort, flow.sourcePort]) {
    if (ports.encapsulation.includes(port)) return readEncapsulated(payload);
    if (ports.ike.includes(port))
      return payload.length < ikeHeader ? { kind: 'short' } : { kind: 'ike', bytes: payload };
  }
  return undefined;
}
