import { excerptOf } from '../base/text.ts';
import type { End } from './connection.ts';
import { type Found, problem } from './problems.ts';
import { isLinkLocal } from './zone.ts';

/** What is wrong with an end that has a link-local address, or with the interface that it names. */
export function problemsOfZone({ address, zone, dnsName, seenAs }: End, other: End, place: string): Found {
  const isLocal = isLinkLocal(address);
  return [
    zone !== undefined &&
      !/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(zone) &&
      problem(`${place}.zone`, `${excerptOf(zone)} is no name of an interface`),
    zone !== undefined && !isLocal && problem(`${place}.zone`, 'is of link-local addresses, which fe80::/10 has'),
    isLocal && zone === undefined && problem(`${place}.zone`, 'must be there: the address is link-local (RFC 4007)'),
    isLocal && !isLinkLocal(other.address) && problem(`${place}.address`, "is link-local, and the other end's is not"),
    isLocal &&
      seenAs !== undefined &&
      seenAs !== 'any' &&
      problem(`${place}.seenAs`, 'is an address behind a NAT, and link-local addresses pass none'),
    isLocal && dnsName !== undefined && problem(`${place}.dnsName`, 'leads to an address without an interface'),
  ];
}
