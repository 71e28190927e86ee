/** A network in CIDR form, or one with the protocol and port to which it is narrowed. */
export type TrafficSelector =
  | string
  | {
      readonly network: string;
      /** Number of the IP protocol (6: TCP, 17: UDP). */
      readonly protocol: number;
      readonly port?: number;
      /** Type of ICMP or ICMPv6 (RFC 4301, 4.4.1.1), with protocol 1 or 58. */
      readonly icmpType?: number;
    };
