import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { IpPacket, UdpDatagram } from '../../evidence/packet/packet.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';

/** Ports by which a datagram or a stream is known as one of an IKE daemon. */
export interface DaemonPorts {
  readonly udp: ReadonlySet<number>;
  readonly tcp: ReadonlySet<number>;
}

/** A kind of packet that is not in clear, or that nobody can protect. */
export interface Exemption {
  readonly id: 'protected' | 'ike' | 'stream' | 'discovery' | 'dhcp' | 'fragment';
  readonly reason: string;
  readonly is: (packet: IpPacket, ports: DaemonPorts) => boolean;
}

/**
 * The one definition of "in clear", for the oracle, for `toHaveSentInClear` and for the report: a packet is in clear
 * unless it is one of these. IPComp is none of them: it has no key, so everybody can read it (RFC 3173).
 */
export const exemptions: readonly Exemption[] = [
  {
    id: 'protected',
    reason: 'ESP and AH are what protects (RFC 4301, 3.2)',
    is: ({ upper }) => upper.kind === 'esp' || upper.kind === 'ah',
  },
  {
    // By ports and not by contents, since a first fragment has only the beginning of a message.
    id: 'ike',
    reason: 'IKE and encapsulated ESP: the daemon’s sockets have policies of their own (RFC 4301, 4.4.1)',
    is: ({ upper }, { udp }) =>
      upper.kind === 'udp' && (udp.has(upper.sourcePort) || udp.has(upper.destinationPort) || isIke(upper)),
  },
  {
    id: 'stream',
    reason: 'TCP encapsulation of both (RFC 9329)',
    is: ({ upper }, { tcp }) => upper.kind === 'tcp' && (tcp.has(upper.sourcePort) || tcp.has(upper.destinationPort)),
  },
  {
    id: 'discovery',
    reason: 'Neighbour Discovery: addresses of SAs cannot be found without it (RFC 4301, 4.1)',
    is: ({ upper }) => upper.kind === 'icmp' && upper.version === 6 && upper.type >= 133 && upper.type <= 137,
  },
  {
    id: 'dhcp',
    reason: 'DHCP of a host without an address goes through a packet socket, where no policy is asked (RFC 2131, 4.1)',
    is: ({ upper, source }) =>
      source === '0.0.0.0' && upper.kind === 'udp' && upper.sourcePort === 68 && upper.destinationPort === 67,
  },
  {
    id: 'fragment',
    reason: 'a later fragment has no ports by which a policy could choose it; the first one is judged',
    is: ({ upper }) => upper.kind === 'later-fragment',
  },
];

/** Why a packet is not in clear; undefined: it is. */
export function exemptionOf(packet: IpPacket, ports: DaemonPorts): Exemption | undefined {
  return exemptions.find(({ is }) => is(packet, ports));
}

/** Multicast Listener Discovery (RFC 2710, RFC 3810). */
const listenerTypes: ReadonlySet<number> = new Set([130, 131, 132, 143]);

/**
 * What a host tells the routers of its link about its multicast groups, without anybody asking for it: IGMP (RFC 3376)
 * and MLD. It is in clear, and policies may protect it; but nobody means it who asks whether a host sent anything.
 */
export function isGroupReport({ upper, protocol, destination }: IpPacket): boolean {
  if (protocol === 2) return destination.startsWith('224.0.0.');
  return (
    upper.kind === 'icmp' && upper.version === 6 && listenerTypes.has(upper.type) && destination.startsWith('ff02:')
  );
}

/** The well-known ports, and those of SAs that encapsulate: daemons may be told to use others. */
export function daemonPorts(sas: Iterable<IpsecSa>): DaemonPorts {
  const ports = { udp: new Set([500, 4500]), tcp: new Set([4500]) };
  for (const { encapsulation } of sas) {
    if (encapsulation === undefined) continue;
    const { type, sourcePort, destinationPort } = encapsulation;
    ports[type === 'espintcp' ? 'tcp' : 'udp'].add(sourcePort).add(destinationPort);
  }
  return ports;
}

/** All that any host's SAs were until a virtual time in nanoseconds; without one, until the end. */
export function* sasUntil({ hosts }: Timeline, end?: bigint): Generator<IpsecSa> {
  for (const { versions } of hosts.flatMap(({ sas }) => sas)) {
    for (const { value, time } of versions) if (end === undefined || time <= end) yield value;
  }
}

const header = 28;

/** An IKE message of its own length (RFC 7296, 3.1; RFC 2408, 3.1), at any port; four zero bytes may come before it. */
function isIke({ payload }: UdpDatagram): boolean {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const start = payload.length >= header + 4 && view.getUint32(0) === 0 ? 4 : 0;
  if (payload.length < start + header) return false;
  const major = view.getUint8(start + 17) >> 4;
  return (major === 1 || major === 2) && view.getUint32(start + 24) === payload.length - start;
}
