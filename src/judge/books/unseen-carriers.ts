import { latin1 } from '../../base/bytes.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import { addressBytes } from '../../model/addresses.ts';

/** Bytes between the addresses of an IP header and an SPI behind it: none, or the UDP header; what begins an AH. */
const between = { esp: [0, 8], ah: [4] } as const;

/**
 * Packets of an SA inside of something else: a tunnel in clear (GRE, IP in IP, VXLAN), or another SA that the captures open. They
 * are found by the addresses and the SPI behind them, whatever is around them. One that crosses several links counts on each.
 */
export function carriedUnseen({ frames, protectedPackets }: FactEvidence, sa: IpsecSa): number {
  const isThere = finderOf(sa);
  const framed = frames.filter(({ packet: { dissected } }) => {
    const { ip } = dissected;
    return ip && isThere(ip.bytes.subarray(ip.payload, ip.end));
  });
  const tunnelled = protectedPackets.filter(({ copy, inner }) => !copy && inner && isThere(inner.bytes));
  return framed.length + tunnelled.length;
}

function finderOf({ protocol, source, destination, spi }: IpsecSa): (bytes: Uint8Array) => boolean {
  const addresses = latin1(addressBytes(source)) + latin1(addressBytes(destination));
  const gaps = protocol === 'ah' ? between.ah : between.esp;
  const spiBytes = latin1(Uint8Array.of(spi >>> 24, (spi >>> 16) & 0xff, (spi >>> 8) & 0xff, spi & 0xff));
  return (bytes) => {
    const text = latin1(bytes);
    for (let at = text.indexOf(addresses); at >= 0; at = text.indexOf(addresses, at + 1)) {
      const behind = at + addresses.length;
      if (gaps.some((gap) => text.startsWith(spiBytes, behind + gap))) return true;
    }
    return false;
  };
}
