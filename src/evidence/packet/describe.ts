import { describeIke } from './ike/describe.ts';
import type { ArpPacket, Dissected, EspPacket, IpPacket, IpsecMessage, TcpSegment, Upper } from './packet.ts';
import { icmpName, protocolName } from './protocols.ts';
import type { WirePacket } from './wire.ts';

/**
 * One line for people about a frame: `192.1.2.45 > 192.1.2.23 ESP spi 0x12345678 seq 7`. Given a packet of `readWire`, it also
 * tells of the datagram that a fragment completes and of messages in TCP. Never throws.
 */
export function describePacket(packet: Dissected | WirePacket): string {
  if (!('dissected' in packet)) return describeFrame(packet);
  const parts = [describeFrame(packet.dissected)];
  if (packet.datagram) parts.push(`completes ${describeIp(packet.datagram.packet)}`);
  parts.push(...packet.streamed.map(describeIpsecMessage));
  return parts.join('; ');
}

function describeFrame(frame: Dissected): string {
  const tags = frame.vlans.map((vlan) => `VLAN ${vlan} `).join('');
  if (frame.ip !== undefined) return `${tags}${describeIp(frame.ip)}`;
  if (frame.arp !== undefined) return `${tags}${describeArp(frame.arp)}`;
  const type = frame.etherType < 1536 ? '802.3' : `type 0x${frame.etherType.toString(16).padStart(4, '0')}`;
  const problem = frame.problem === undefined ? '' : ` (${frame.problem})`;
  return `${frame.sourceMac} > ${frame.destinationMac} ${tags}Ethernet ${type}${problem}`;
}

function describeArp({ operation, senderAddress, senderMac, targetAddress }: ArpPacket): string {
  if (operation === 1) return `ARP who has ${targetAddress}? tell ${senderAddress}`;
  return operation === 2 ? `ARP ${senderAddress} is at ${senderMac}` : `ARP operation ${operation} of ${senderAddress}`;
}

/** One line about an IP packet, its ports beside its addresses. */
export function describeIp(ip: IpPacket): string {
  const { upper } = ip;
  const ports = 'sourcePort' in upper ? [`:${upper.sourcePort}`, `:${upper.destinationPort}`] : ['', ''];
  const address = (text: string, port = ''): string => (ip.version === 6 && port !== '' ? `[${text}]` : text) + port;
  const notes = [
    ip.fragment && `fragment ${ip.fragment.id} at ${ip.fragment.offset}${ip.fragment.more ? '' : ', the last'}`,
    ip.problem,
    ip.problem === undefined && ip.truncated ? 'cut short' : undefined,
  ].filter((note) => note !== undefined);
  const tail = notes.map((note) => ` (${note})`).join('');
  const what = describeUpper(upper, ip.protocol);
  return `${address(ip.source, ports[0])} > ${address(ip.destination, ports[1])} ${what}${tail}`;
}

function describeUpper(upper: Upper, protocol: number): string {
  switch (upper.kind) {
    case 'esp':
      return describeEsp(upper);
    case 'ah':
      return `AH spi ${spiText(upper.spi)} seq ${upper.sequence}, ${describeUpper(upper.upper, upper.protocol)}`;
    case 'udp':
      if (upper.message === undefined) return `UDP, ${upper.payload.length} bytes`;
      return upper.message.kind === 'ike'
        ? describeIpsecMessage(upper.message)
        : `UDP ${describeIpsecMessage(upper.message)}`;
    case 'tcp':
      return describeTcp(upper);
    case 'icmp':
      return describeIcmp(upper);
    case 'ipcomp':
      return `IPComp CPI 0x${upper.cpi.toString(16).padStart(4, '0')}`;
    case 'gre':
      return `GRE${upper.packet ? `, ${describeIp(upper.packet)}` : ` type 0x${upper.etherType.toString(16).padStart(4, '0')}`}`;
    case 'tunnel':
      return `${protocolName(protocol)}, ${describeIp(upper.packet)}`;
    case 'short':
      return `${protocolName(protocol)}, not whole`;
    default:
      return protocolName(protocol);
  }
}

/** One line about something of IPsec without the packet around it. */
export function describeIpsecMessage(message: IpsecMessage): string {
  if (message.kind === 'esp') return describeEsp(message);
  if (message.kind === 'ike') return describeIke(message.bytes);
  return message.kind === 'keepalive' ? 'NAT keepalive' : 'too short for IKE or ESP';
}

function describeEsp({ spi, sequence }: EspPacket): string {
  return `ESP spi ${spiText(spi)} seq ${sequence}`;
}

function spiText(spi: number): string {
  return `0x${spi.toString(16).padStart(8, '0')}`;
}

function describeIcmp({ version, type, code, echo, quoted }: Extract<Upper, { kind: 'icmp' }>): string {
  const name = `${version === 4 ? 'ICMP' : 'ICMPv6'} ${icmpName(version, type)}`;
  if (echo !== undefined) return `${name}, id ${echo.id}, seq ${echo.sequence}`;
  return `${name}${code === 0 ? '' : `, code ${code}`}${quoted ? `, about ${describeIp(quoted)}` : ''}`;
}

const tcpFlags = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
] as const;

function describeTcp({ flags, sequence, payload }: TcpSegment): string {
  const names = tcpFlags.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return `TCP ${names.join(' ') || 'no flags'}, seq ${sequence}, ${payload.length} bytes`;
}
