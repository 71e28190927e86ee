import { addressText } from '../../model/addresses.ts';
import { readIp } from './ip.ts';
import { u16 } from './octets.ts';
import { type ArpPacket, type Dissected, type IpPacket, type Ports, wellKnownPorts } from './packet.ts';
import { etherType } from './protocols.ts';

/** 802.1ad allows two tags; a few more do no harm. */
const maxTags = 4;

/** Takes an Ethernet frame apart. Never throws: what cannot be is told in `problem` of the frame or of the packet. */
export function dissect(frame: Uint8Array, ports: Ports = wellKnownPorts): Dissected {
  const vlans: number[] = [];
  let type = u16(frame, 12);
  let payload = 14;
  while ((type === etherType.vlan || type === etherType.serviceVlan) && vlans.length < maxTags) {
    vlans.push(u16(frame, payload) & 0xfff);
    type = u16(frame, payload + 2);
    payload += 4;
  }
  return {
    frame,
    sourceMac: macText(frame, 6),
    destinationMac: macText(frame, 0),
    vlans,
    etherType: type,
    payload,
    ...(payload > frame.length
      ? { problem: 'the link header is cut short' }
      : contents(frame, { type, payload, ports })),
  };
}

interface Place {
  readonly type: number;
  readonly payload: number;
  readonly ports: Ports;
}

function contents(frame: Uint8Array, { type, payload, ports }: Place): Pick<Dissected, 'ip' | 'arp' | 'problem'> {
  if (type === etherType.ipv4 || type === etherType.ipv6) {
    const ip: IpPacket | undefined = readIp({ bytes: frame, start: payload, end: frame.length }, ports);
    if (ip === undefined) return { problem: 'no whole IP header' };
    const agrees = ip.version === (type === etherType.ipv4 ? 4 : 6);
    return agrees ? { ip } : { problem: `IP version ${ip.version} in a frame of the other` };
  }
  if (type !== etherType.arp) return {};
  const arp = readArp(frame, payload);
  return arp === undefined ? { problem: 'ARP that is not of IPv4 over Ethernet' } : { arp };
}

function readArp(frame: Uint8Array, at: number): ArpPacket | undefined {
  const forIpv4 = u16(frame, at) === 1 && u16(frame, at + 2) === etherType.ipv4 && u16(frame, at + 4) === 0x0604;
  if (!forIpv4 || frame.length < at + 28) return undefined;
  return {
    operation: u16(frame, at + 6),
    senderMac: macText(frame, at + 8),
    senderAddress: addressText(frame.subarray(at + 14, at + 18)),
    targetMac: macText(frame, at + 18),
    targetAddress: addressText(frame.subarray(at + 24, at + 28)),
  };
}

function macText(bytes: Uint8Array, at: number): string {
  // One number and one toString are much cheaper than six; 48 bits fit a double.
  const number = u16(bytes, at) * 0x100000000 + u16(bytes, at + 2) * 0x10000 + u16(bytes, at + 4);
  const digits = number.toString(16).padStart(12, '0');
  const pair = (start: number): string => digits.slice(start, start + 2);
  return `${pair(0)}:${pair(2)}:${pair(4)}:${pair(6)}:${pair(8)}:${pair(10)}`;
}
