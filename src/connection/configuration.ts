/** Families of addresses that an end can be assigned. */
export type AddressKind = 'ipv4' | 'ipv6';

/** What an end gives to a peer that requests it (RFC 7296, 2.19; Mode Config in IKEv1). */
export interface Assignment {
  /** Networks in CIDR form from which peers get addresses, at most one of each family. */
  readonly pools: readonly string[];
  /** Addresses of name servers. */
  readonly dns?: readonly string[];
}

/** Extended authentication of an initiator after phase 1 of IKEv1 (draft-beaulieu-ike-xauth). */
export interface XauthUser {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly user: string;
  /** Printable ASCII without quotes and backslashes. */
  readonly password: string;
}
