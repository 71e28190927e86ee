import { type Limit, sharesHalfASecret } from '../limit.ts';
import { isAtLeast } from '../version.ts';
import { stackLimits } from './stack-limits.ts';

/** What charon cannot do. */
export const limits: readonly Limit[] = [
  {
    id: 'ml-kem',
    reason: 'ML-KEM is there from version 6.0 on, and so are additional key exchanges (RFC 9370)',
    source: 'NEWS of strongSwan 6.0.0',
    hits: ({ connection }, version) =>
      !isAtLeast(version, '6.0') &&
      (connection.ike?.proposals ?? []).some(
        ({ keyExchange, additionalKeyExchange = [] }) =>
          additionalKeyExchange.length > 0 || keyExchange.includes('ml-kem-768'),
      ),
  },
  {
    id: 'ikev1',
    reason: 'Debian builds version 6.1 without IKEv1, as is the default from this version on',
    source: 'NEWS of strongSwan 6.1.0; charon says: IKE version 1 not supported',
    hits: ({ connection }, version) => connection.ikev1 !== undefined && isAtLeast(version, '6.1'),
  },
  {
    id: 'tcp',
    reason: 'RFC 9329 is not implemented',
    source: 'src/libcharon/network of strongSwan has sockets for UDP alone',
    hits: ({ connection }) => connection.encapsulation === 'tcp',
  },
  {
    id: 'ends-share-a-secret',
    reason: 'a secret authenticates both ends or none: the peer that has one may not use a key',
    source: 'src/daemons/strongswan/render.ts renders the local end alone',
    hits: sharesHalfASecret,
  },
  {
    id: 'resumption',
    reason: 'RFC 5723 is not implemented',
    source: 'src/libcharon/sa/ikev2/tasks: no task makes or takes an IKE_SESSION_RESUME',
    hits: ({ connection }) => connection.resumption === true,
  },
  {
    id: 'redirects',
    reason: "peers are redirected by a command or a plugin of one's own; no setting does it",
    source: 'swanctl(8), --redirect; src/libcharon/sa/redirect_manager.h: no plugin of strongSwan adds a provider',
    hits: ({ local }) => local.redirectsTo !== undefined,
  },
  ...stackLimits,
];
