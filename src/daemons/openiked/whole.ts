import { keyOf } from '../../connection/authentication.ts';
import type { WholeSetting } from '../limit.ts';

/** What iked has once for all its policies. */
export const whole: readonly WholeSetting[] = [
  {
    id: 'fragmentation',
    reason: 'set fragmentation holds for all policies',
    source: 'iked.conf(5), GLOBAL CONFIGURATION',
    wants: ({ connection: { fragmentation } }) => ({ fragmentation }),
  },
  {
    id: 'mobike',
    reason: 'set mobike holds for all policies',
    source: 'iked.conf(5), GLOBAL CONFIGURATION',
    wants: ({ connection: { mobike } }) => ({ mobike }),
  },
  {
    id: 'liveness',
    reason: 'set dpd_check_interval holds for all policies',
    source: 'iked.conf(5), GLOBAL CONFIGURATION',
    wants: ({ connection: { liveness } }) => ({ 'liveness.delay': liveness?.delay }),
  },
  {
    id: 'unique-ids',
    reason: 'set enforcesingleikesa holds for all policies',
    source: 'iked.conf(5), GLOBAL CONFIGURATION',
    wants: ({ connection: { uniqueIds } }) => ({ uniqueIds }),
  },
  {
    id: 'private-key',
    reason: 'there is one private key for all policies',
    source: 'iked(8), /etc/iked/private/local.key',
    wants: ({ local: { authentication } }) => ({ 'the private key': keyOf(authentication)?.privateKey }),
  },
];
