import type { XfrmEvent } from '../../../evidence/ipsec.ts';
import type { XfrmSightingKind } from '../api/xfrm.ts';

/** Events of the kernel that scenarios can wait for, by their names there. Acquires come another way: docs/scenarios.md. */
export const eventKinds = {
  expire: 'sa-expired',
  mapping: 'mapping',
  migrate: 'migrate',
  'policy-expire': 'policy-expired',
} as const satisfies Record<Exclude<XfrmSightingKind, 'acquire'>, XfrmEvent['kind']>;

/** Those that are kept while a lab runs; the tables hold the others. */
export const sightedKinds: ReadonlySet<XfrmEvent['kind']> = new Set(Object.values(eventKinds));

/** Where `xfrm.listen()` keeps what the kernel asks for. The agent is no key manager: with one, packets have another fate. */
export const acquireFile = '/run/espalier-acquires';
