import { excerptOf } from '../base/text.ts';
import type { End } from './connection.ts';
import { identityType } from './identity.ts';
import { addressFamily } from './network.ts';
import { type Found, problem, problemsOfWord, within } from './problems.ts';

/** What is wrong with the RADIUS server that an end asks about the other one. */
export function problemsOfRadius({ radius, authentication }: End, other: End, place: string): Found {
  if (radius === undefined) return [];
  const { server, secret, port, identity } = radius;
  const isTls = other.authentication.method === 'eap' && other.authentication.eap === 'tls';
  return [
    addressFamily(server) === undefined &&
      problem(`${place}.radius.server`, `${excerptOf(server)} is no IPv4 or IPv6 address`),
    problemsOfWord(secret, `${place}.radius.secret`),
    port !== undefined && !within(port, 1, 65535) && problem(`${place}.radius.port`, 'must be from 1 to 65535'),
    other.authentication.method !== 'eap' &&
      problem(`${place}.radius`, 'is asked about an end that uses EAP, and the other one does not'),
    authentication.method === 'eap' && problem(`${place}.radius`, 'is of an end that does not use EAP itself'),
    isTls &&
      identity === undefined &&
      problem(`${place}.radius.identity`, 'must be there: with EAP-TLS the other end looks for it in a certificate'),
    identity !== undefined &&
      identityType(identity) === undefined &&
      problem(`${place}.radius.identity`, `${excerptOf(identity)} is no name and no distinguished name`),
  ];
}
