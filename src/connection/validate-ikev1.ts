import type { Connection, End } from './connection.ts';
import { type Found, problem } from './problems.ts';

/** What a connection has of one version of IKE and the other version does not know. */
export function problemsOfIkev1({ ikev1, ends, ike, mobike, ppk, encapsulation, childless }: Connection): Found {
  if (ikev1 === undefined) return ends.map(onlyInIkev1);
  const proposals = ike?.proposals ?? [];
  return [
    ikev1 !== 'main' && ikev1 !== 'aggressive' && problem('ikev1', 'must be "main" or "aggressive"'),
    mobike === true && problem('mobike', 'is of IKEv2 (RFC 4555), and the connection has ikev1'),
    childless !== undefined && problem('childless', 'is of IKEv2 (RFC 6023), and the connection has ikev1'),
    ppk !== undefined && problem('ppk', 'is of IKEv2 (RFC 8784), and the connection has ikev1'),
    encapsulation === 'tcp' && problem('encapsulation', 'is "tcp" of IKEv2 (RFC 9329), and the connection has ikev1'),
    proposals.map(
      ({ additionalKeyExchange = [] }, i) =>
        additionalKeyExchange.length > 0 &&
        problem(`ike.proposals[${i}].additionalKeyExchange`, 'is of IKEv2 (RFC 9370), and the connection has ikev1'),
    ),
    ends.map(onlyInIkev2),
    ends.every(({ xauth }) => xauth !== undefined) && problem('ends[1].xauth', 'is at both ends'),
  ];
}

function onlyInIkev1({ xauth }: End, at: number): Found {
  return xauth !== undefined && problem(`ends[${at}].xauth`, 'is of IKEv1, and the connection has no ikev1');
}

function onlyInIkev2({ authentication: { method } }: End, at: number): Found {
  return method === 'eap' && problem(`ends[${at}].authentication`, 'is EAP of IKEv2, and the connection has ikev1');
}
