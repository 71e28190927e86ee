/**
 * What a frame is made of. Nothing is copied: byte arrays are views, offsets count from the start of the array they are
 * said to be of. `problem` tells why decoding stopped; everything that is filled in holds nonetheless.
 */
import type { Address } from '../../model/addresses.ts';

/** A frame on an Ethernet link. */
export interface Dissected {
  readonly frame: Uint8Array;
  /** `02:00:00:00:00:01`. */
  readonly sourceMac: string;
  readonly destinationMac: string;
  /** VLAN identifiers of 802.1Q tags, outermost first. */
  readonly vlans: readonly number[];
  /** What follows the tags; below 1536 the length of an 802.3 frame. */
  readonly etherType: number;
  /** Offset of the first byte after the link's headers. */
  readonly payload: number;
  readonly ip?: IpPacket;
  readonly arp?: ArpPacket;
  readonly problem?: string;
}

/** RFC 826, for IPv4 over Ethernet. */
export interface ArpPacket {
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly senderMac: string;
  readonly senderAddress: Address;
  readonly targetMac: string;
  readonly targetAddress: Address;
}

/** An IPv4 (RFC 791) or IPv6 (RFC 8200) packet, whole or a fragment. */
export interface IpPacket {
  readonly version: 4 | 6;
  /** What all offsets below count in. */
  readonly bytes: Uint8Array;
  /** Offset of the IP header. */
  readonly start: number;
  /** Offset after the IP header with its options or extension headers. An AH is no part of them. */
  readonly payload: number;
  /** Offset of the end by the length in the header, or the end of `bytes` if that comes first. */
  readonly end: number;
  /** The header tells of more bytes than there are. */
  readonly truncated: boolean;
  readonly source: Address;
  readonly destination: Address;
  /** DSCP and ECN. */
  readonly trafficClass: number;
  /** TTL or hop limit. */
  readonly hopLimit: number;
  /** IPv4 only; IPv6 is never fragmented on its way. */
  readonly dontFragment: boolean;
  /** IPv6 extension headers from the first to the last before `payload`. */
  readonly extensions: readonly ExtensionHeader[];
  readonly fragment?: Fragment;
  /** Protocol of what lies at `payload`. */
  readonly protocol: number;
  readonly upper: Upper;
  readonly problem?: string;
}

export interface ExtensionHeader {
  readonly protocol: number;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** Where a fragment belongs in its datagram. */
export interface Fragment {
  readonly id: number;
  /** In bytes, of the part that was cut into fragments. */
  readonly offset: number;
  readonly more: boolean;
  /** Offset of the protocol number that the whole datagram gets in place of the IPv6 fragment header; -1 for IPv4. */
  readonly nextHeaderAt: number;
  /** Offset of the end of what every fragment repeats: the IPv4 header, IPv6's headers before the fragment header. */
  readonly repeatedEnd: number;
}

/** What an IP packet carries. Of a first fragment, and where truncated, only the headers are whole. */
export type Upper =
  | UdpDatagram
  | TcpSegment
  | IcmpMessage
  | EspPacket
  | AhPacket
  | IpcompPacket
  | { readonly kind: 'ports'; readonly sourcePort: number; readonly destinationPort: number }
  | { readonly kind: 'tunnel'; readonly packet: IpPacket }
  | GrePacket
  | { readonly kind: 'later-fragment' }
  | { readonly kind: 'short' }
  | { readonly kind: 'other' };

/** RFC 768. */
export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  /** Where the ports are those of IKE, NAT traversal, or told to be so. Not of fragments. */
  readonly message?: IpsecMessage;
}

/** RFC 9293. */
export interface TcpSegment {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** RFC 792, RFC 4443. */
export interface IcmpMessage {
  readonly kind: 'icmp';
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Identifier and sequence number of echoes. */
  readonly echo?: { readonly id: number; readonly sequence: number };
  /** The packet that an error is about; mostly truncated. */
  readonly quoted?: IpPacket;
}

/** RFC 4303. */
export interface EspPacket {
  readonly kind: 'esp';
  readonly spi: number;
  /** Lower 32 bits. */
  readonly sequence: number;
  /** From the SPI to the end of the ICV. */
  readonly bytes: Uint8Array;
}

/** RFC 4302. The ICV covers `bytes` of the packet from its `start` to its `end`, mutable fields and the ICV itself zeroed. */
export interface AhPacket {
  readonly kind: 'ah';
  readonly spi: number;
  readonly sequence: number;
  /** Offset of the header in the packet's bytes. */
  readonly offset: number;
  /** Offset of the ICV (with its padding) and of what follows. */
  readonly icv: number;
  readonly payload: number;
  readonly protocol: number;
  readonly upper: Upper;
}

/** RFC 3173. */
export interface IpcompPacket {
  readonly kind: 'ipcomp';
  readonly cpi: number;
  readonly protocol: number;
  /** Compressed. */
  readonly payload: Uint8Array;
}

/** RFC 2784, RFC 2890. */
export interface GrePacket {
  readonly kind: 'gre';
  readonly etherType: number;
  readonly key?: number;
  readonly packet?: IpPacket;
}

/** What IKE daemons and ESP say to each other over UDP or TCP (RFC 3948, RFC 9329). */
export type IpsecMessage =
  | EspPacket
  /** From the initiator's SPI on, without non-ESP marker. */
  | { readonly kind: 'ike'; readonly bytes: Uint8Array }
  | { readonly kind: 'keepalive' }
  /** Too short for any. */
  | { readonly kind: 'short' };

/** Which UDP ports carry what; TCP encapsulation is found on the encapsulation ports too. */
export interface Ports {
  /** IKE without non-ESP marker. */
  readonly ike: readonly number[];
  /** IKE with marker, ESP and keepalives. */
  readonly encapsulation: readonly number[];
}

/** RFC 7296, 2: 500 and 4500. */
export const wellKnownPorts: Ports = { ike: [500], encapsulation: [4500] };
