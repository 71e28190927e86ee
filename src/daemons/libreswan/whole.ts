import type { WholeSetting } from '../limit.ts';

/** What pluto has once for all its connections: settings of `config setup`. */
export const whole: readonly WholeSetting[] = [
  {
    id: 'unique-ids',
    reason: 'uniqueids= holds for all connections',
    source: 'ipsec.conf(5), config setup',
    wants: ({ connection: { uniqueIds } }) => ({ uniqueIds }),
  },
  {
    id: 'revocation',
    reason: 'crl-strict= and ocsp-strict= hold for all connections',
    source: 'ipsec.conf(5), config setup',
    wants: ({ connection: { revocation } }) => ({ revocation }),
  },
  {
    id: 'ocsp',
    reason: 'ocsp-enable= holds for all connections',
    source: 'ipsec.conf(5), config setup',
    wants: ({ connection: { ocsp } }) => ({ ocsp }),
  },
];
