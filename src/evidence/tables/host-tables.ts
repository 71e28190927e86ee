import type { IpsecPolicy, IpsecSa, PolicyDefaults, XfrmEvent } from '../ipsec.ts';
import { policyKey, saKey } from '../xfrm/identity.ts';
import { type EndReason, type Finding, Ledger, type Moment } from './lives.ts';
import { migratePolicies, migrateSa, movedSas } from './moves.ts';
import { policyRules, saRules, saTableKey } from './table-rules.ts';

/** The tables of one host while its records are read. */
export interface HostTables {
  readonly sas: Ledger<IpsecSa>;
  readonly policies: Ledger<IpsecPolicy>;
  /** What became of packets that no policy chose, the newest last. */
  readonly defaults: (Moment & { readonly value: PolicyDefaults })[];
}

/** `late`: nanoseconds by which an event may be recorded behind a dump that shows it. */
export function emptyTables(late?: bigint): HostTables {
  return { sas: new Ledger(late), policies: new Ledger(late), defaults: [] };
}

/** Which table a finding is about comes with it. */
export type EventFinding = Finding & { readonly table: 'sa' | 'policy' };

type Kind = XfrmEvent['kind'];
type EventOf<K extends Kind> = Extract<XfrmEvent, { kind: K }>;
type Handlers = { readonly [K in Kind]?: (tables: HostTables, event: EventOf<K>, at: Moment) => EventFinding[] };

/** Does to the tables what the kernel says it did. Returns what cannot have been so. */
export function applyEvent(tables: HostTables, event: XfrmEvent, at: Moment): EventFinding[] {
  const handler = handlers[event.kind] as ((...given: [HostTables, XfrmEvent, Moment]) => EventFinding[]) | undefined;
  return handler?.(tables, event, at) ?? [];
}

const handlers: Handlers = {
  'sa-added': ({ sas }, { sa }, at) => {
    const key = saRules.key(sa);
    if (sas.explain(key, at)) return [];
    const known = sas.get(key);
    sas.end(key, at, known?.larval ? 'filled' : 'unknown');
    sas.put(key, { ...at, value: sa, source: 'event' });
    return known && !known.larval ? [{ table: 'sa', what: 'twice', key }] : [];
  },
  'sa-updated': ({ sas }, { sa }, at) => {
    const key = saRules.key(sa);
    if (sas.explain(key, at)) return [];
    const known = sas.get(key);
    if (known?.larval) sas.end(key, at, 'filled');
    const value = known && !known.larval ? updatedSa(known, sa) : sa;
    sas.put(key, { ...at, value, source: 'event' });
    return [];
  },
  'sa-deleted': ({ sas }, { id, sa }, at) => {
    const key = sa ? saRules.key(sa) : saKey(id);
    const known = sas.get(key);
    const ended = sas.end(key, at, known && replaced(sas, known, key) ? 'rekeyed' : 'deleted');
    if (ended || sas.explain(key, at, 'deleted') || (sa && saRules.silent(sa))) return [];
    return [{ table: 'sa', what: 'unheard', key }];
  },
  'sa-expired': ({ sas }, event, at) => {
    // One that nobody knew of was larval: the event does not say so, but others are announced.
    const key = saTableKey(event.id, event);
    if (event.hard && !sas.end(key, at, 'expired')) sas.explain(key, at, 'expired');
    return [];
  },
  'sa-flushed': ({ sas }, { protocol }, at) => {
    endAll(sas, at, (sa) => protocol === sa.protocol || protocol === 'all' || (protocol === 'ipsec' && isIpsec(sa)));
    return [];
  },
  'policy-added': ({ policies }, { policy }, at) => {
    const key = policyRules.key(policy);
    if (policies.explain(key, at)) return [];
    const twice = policies.end(key, at, 'unknown');
    policies.put(key, { ...at, value: policy, source: 'event' });
    return twice ? [{ table: 'policy', what: 'twice', key }] : [];
  },
  'policy-updated': ({ policies }, { policy }, at) => {
    const key = policyRules.key(policy);
    if (!policies.explain(key, at)) policies.put(key, { ...at, value: policy, source: 'event' });
    return [];
  },
  'policy-deleted': ({ policies }, { id, policy }, at) => endPolicy(policies, policyKey(policy ?? id), [at, 'deleted']),
  'policy-expired': ({ policies }, { hard, policy }, at) =>
    hard ? endPolicy(policies, policyKey(policy), [at, 'expired']) : [],
  'policy-flushed': ({ policies }, { type }, at) => {
    endAll(policies, at, (policy) => !policyRules.silent(policy) && (type === 'all' || type === policy.type));
    return [];
  },
  migrate: ({ sas, policies }, event, at) => {
    migratePolicies(policies, event, at);
    for (const move of movedSas(sas, event)) migrateSa(sas, move, at);
    return [];
  },
  'sa-migrated': ({ sas }, event, at) => {
    const { source, destination, reqid, selector, mark, encapsulation, id } = event;
    const key = saKey(id);
    const known = sas.get(key);
    if (!known) return [{ table: 'sa', what: 'unheard', key }];
    const { encapsulation: _old, ...kept } = known;
    const family = destination.includes(':') ? 6 : 4;
    const sa = {
      ...kept,
      source,
      destination,
      reqid,
      selector,
      family,
      ...(mark && { mark }),
      ...(encapsulation && { encapsulation }),
    } as const;
    migrateSa(sas, { key, sa }, at);
    return [];
  },
  'policy-defaults': ({ defaults }, { in: inward, fwd, out }, { time, sequence }) => {
    defaults.push({ time, sequence, value: { in: inward, fwd, out } });
    return [];
  },
};

function endPolicy(
  policies: HostTables['policies'],
  key: string,
  [at, reason]: readonly [Moment, EndReason],
): EventFinding[] {
  if (policies.end(key, at, reason) || policies.explain(key, at, reason)) return [];
  return [{ table: 'policy', what: 'unheard', key }];
}

/** A flush ends all entries that it chooses, those too that a dump just before did not show any more. */
function endAll<T>(ledger: Ledger<T>, at: Moment, chosen: (value: T) => boolean): void {
  for (const [key, value] of ledger.entries()) if (chosen(value)) ledger.end(key, at, 'flushed');
  for (const [key, value] of ledger.vanished(at)) if (chosen(value)) ledger.explain(key, at, 'flushed');
}

function isIpsec({ protocol }: IpsecSa): boolean {
  return protocol === 'esp' || protocol === 'ah' || protocol === 'ipcomp';
}

/**
 * What the kernel takes from an update of an SA that is not larval (net/xfrm/xfrm_state.c, xfrm_state_update). The
 * event shows the request instead.
 */
function updatedSa(known: IpsecSa, { lifetime, encapsulation, outputMark, ifId, careOfAddress }: IpsecSa): IpsecSa {
  return {
    ...known,
    lifetime,
    ...(encapsulation && { encapsulation }),
    ...(outputMark && { outputMark }),
    ...(ifId && { ifId }),
    ...(careOfAddress && known.careOfAddress && { careOfAddress }),
  };
}

/** True when a younger SA does the work of one that goes: same ends, mode and request. */
function replaced(sas: HostTables['sas'], old: IpsecSa, key: string): boolean {
  let younger = false;
  for (const [other, sa] of sas.entries()) {
    if (other === key) younger = true;
    else if (younger && sameWork(old, sa)) return true;
  }
  return false;
}

function sameWork(a: IpsecSa, b: IpsecSa): boolean {
  return (
    !b.larval &&
    a.protocol === b.protocol &&
    a.mode === b.mode &&
    a.reqid === b.reqid &&
    a.source === b.source &&
    a.destination === b.destination &&
    a.ifId === b.ifId
  );
}
