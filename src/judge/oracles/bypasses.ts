import type { IpPacket, UdpDatagram } from '../../evidence/packet/packet.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';

/** Ports by which a datagram or a stream is known as one of an IKE daemon. */
export interface DaemonPorts {
  readonly udp: ReadonlySet<number>;
  readonly tcp: ReadonlySet<number>;
}

interface Bypass {
  readonly reason: string;
  readonly is: (packet: IpPacket, ports: DaemonPorts) => boolean;
}

/** What travels in clear by its nature, whatever policies say. */
export const bypasses: readonly Bypass[] = [
  {
    reason: 'ESP, AH and IPComp are what protects (RFC 4301, 3.2)',
    is: ({ upper }) => upper.kind === 'esp' || upper.kind === 'ah' || upper.kind === 'ipcomp',
  },
  {
    // By ports and not by contents, since a first fragment has only the beginning of a message.
    reason: 'IKE and encapsulated ESP: the daemon’s sockets have policies of their own (RFC 4301, 4.4.1)',
    is: ({ upper }, { udp }) =>
      upper.kind === 'udp' && (udp.has(upper.sourcePort) || udp.has(upper.destinationPort) || isIke(upper)),
  },
  {
    reason: 'TCP encapsulation of both (RFC 9329)',
    is: ({ upper }, { tcp }) => upper.kind === 'tcp' && (tcp.has(upper.sourcePort) || tcp.has(upper.destinationPort)),
  },
  {
    reason: 'Neighbour Discovery: addresses of SAs cannot be found without it (RFC 4301, 4.1)',
    is: ({ upper }) => upper.kind === 'icmp' && upper.version === 6 && upper.type >= 133 && upper.type <= 137,
  },
  {
    reason: 'DHCP of a host without an address goes through a packet socket, where no policy is asked (RFC 2131, 4.1)',
    is: ({ upper, source }) =>
      source === '0.0.0.0' && upper.kind === 'udp' && upper.sourcePort === 68 && upper.destinationPort === 67,
  },
  {
    reason: 'a later fragment has no ports by which a policy could choose it; the first one is judged',
    is: ({ upper }) => upper.kind === 'later-fragment',
  },
];

/** The well-known ports, and those of all SAs that encapsulate: daemons may be told to use others. */
export function daemonPorts({ hosts }: Timeline): DaemonPorts {
  const ports = { udp: new Set([500, 4500]), tcp: new Set([4500]) };
  for (const { versions } of hosts.flatMap(({ sas }) => sas)) {
    for (const { value } of versions) {
      if (value.encapsulation === undefined) continue;
      const { type, sourcePort, destinationPort } = value.encapsulation;
      const kind = type === 'espintcp' ? 'tcp' : 'udp';
      ports[kind].add(sourcePort).add(destinationPort);
    }
  }
  return ports;
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
