import { radiusPort } from '../../connection/radius.ts';
import { spelledNetwork } from '../../model/addresses.ts';
import type { WholeSetting } from '../limit.ts';

/** What charon has once for all its connections. */
export const whole: readonly WholeSetting[] = [
  {
    id: 'ocsp',
    reason: 'enable_ocsp is a setting of the plugin that looks for revoked certificates',
    source: 'strongswan.conf(5), charon.plugins.revocation',
    wants: ({ connection: { ocsp } }) => ({ ocsp }),
  },
  {
    id: 'radius',
    reason: 'the plugin eap-radius asks the same servers about all peers',
    source: 'strongswan.conf(5), charon.plugins.eap-radius.servers',
    wants: ({ local: { radius } }) => ({
      'the RADIUS server': radius && [radius.server, radius.port ?? radiusPort, radius.secret].join(' '),
    }),
  },
  {
    id: 'pool-dns',
    reason: 'name servers are an attribute of a pool, and connections with the same network share the pool',
    source: 'swanctl.conf(5), pools.<name>.dns',
    wants: ({ local: { assigns } }) =>
      Object.fromEntries(
        (assigns?.pools ?? []).map((pool, at) => [
          `the name servers of the pool ${spelledNetwork(pool)}`,
          at === 0 ? (assigns?.dns ?? []).join() : '',
        ]),
      ),
  },
];
