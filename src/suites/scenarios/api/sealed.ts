import { EspalierError } from '../../../base/errors.ts';
import type { IpsecSa } from '../../../evidence/ipsec.ts';
import { type AhClear, type EspClear, sealAh, sealEsp } from '../../../evidence/wire/seal.ts';
import { headerOf, type PacketSketch } from './frames.ts';
import { callerOrigin } from './origin.ts';

/** What goes into an ESP packet that a scenario makes. */
export interface SealedEsp extends EspClear {
  readonly from: PacketSketch['from'];
  readonly to: PacketSketch['to'];
  /** Ports of UDP around it (RFC 3948). Default: those of the SA, where it has an encapsulation in UDP. */
  readonly udp?: PacketSketch['udp'];
}

/** What goes into a packet with AH that a scenario makes. */
export interface SealedAh extends AhClear {
  readonly from: PacketSketch['from'];
  readonly to: PacketSketch['to'];
}

/**
 * The packet that the sender of an SA makes: right in all, so that `octets` can be spoiled on purpose. `host.xfrm.state.get` gives the SA. Raises
 * `scenario` for an algorithm that is not implemented.
 */
export function sealedEsp(sa: IpsecSa | undefined, { from, to, udp, ...clear }: SealedEsp): PacketSketch {
  const given = there(sa);
  const octets = sealed(sealEsp(given, clear));
  const ports = given.encapsulation?.type === 'espinudp' ? given.encapsulation : undefined;
  const around = udp ?? (ports && { source: ports.sourcePort, destination: ports.destinationPort });
  const ends = { from, to, source: given.source, destination: given.destination };
  return around === undefined ? { ...ends, protocol: 50, octets } : { ...ends, udp: around, octets };
}

/** The same with an Authentication Header. */
export function sealedAh(sa: IpsecSa | undefined, { from, to, ...clear }: SealedAh): PacketSketch {
  const { source, destination } = there(sa);
  const header = (size: number): Buffer => headerOf({ source, destination, number: 51, size });
  return { from, to, source, destination, protocol: 51, octets: sealed(sealAh(there(sa), clear, header)) };
}

function there(sa: IpsecSa | undefined): IpsecSa {
  if (sa !== undefined) return sa;
  const remedy = 'take it from `host.xfrm.state.get` of a host that has it';
  throw new EspalierError('scenario', 'there is no SA to seal with', { ...callerOrigin(), remedy });
}

function sealed(made: Uint8Array | { readonly why: string }): Uint8Array {
  if (made instanceof Uint8Array) return made;
  throw new EspalierError('scenario', `cannot be sealed: ${made.why}`, callerOrigin());
}
