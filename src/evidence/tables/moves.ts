import { familyOf } from '../../model/addresses.ts';
import type { IpsecPolicy, IpsecSa, Migration, Template, XfrmEvent } from '../ipsec.ts';
import { policyKey } from '../xfrm/identity.ts';
import type { Ledger, Moment } from './lives.ts';
import { saRules } from './table-rules.ts';

type MigrateEvent = Extract<XfrmEvent, { kind: 'migrate' }>;

/** An SA as it is after a move, and the key that it had. */
export interface MovedSa {
  readonly key: string;
  readonly sa: IpsecSa;
}

/** The SAs that a migration moves: per move the youngest that fits (net/xfrm/xfrm_state.c, xfrm_migrate_state_find). */
export function movedSas(sas: Ledger<IpsecSa>, { migrations, encapsulation }: MigrateEvent): MovedSa[] {
  return migrations.flatMap((move) => {
    const found = sas.entries().findLast(([, sa]) => moves(move, sa));
    if (!found) return [];
    const [key, { encapsulation: _old, ...sa }] = found;
    const [source, destination] = [move.newSource, move.newDestination];
    const moved = { ...sa, source, destination, family: familyOf(destination) };
    return [{ key, sa: encapsulation ? { ...moved, encapsulation } : moved }];
  });
}

function moves(move: Migration, sa: IpsecSa): boolean {
  return (
    sa.mode === move.mode &&
    sa.protocol === move.protocol &&
    (move.reqid === 0 || sa.reqid === move.reqid) &&
    sa.source === move.oldSource &&
    sa.destination === move.oldDestination
  );
}

/** Ends the SA under its old key and lets it go on under its new one. */
export function migrateSa(sas: Ledger<IpsecSa>, { key, sa }: MovedSa, at: Moment): void {
  sas.end(key, at, 'moved');
  sas.put(saRules.key(sa), { ...at, value: sa, source: 'move' });
}

/** Moves the templates of the policy that a migration names (xfrm_policy_migrate). The event has no mark. */
export function migratePolicies(policies: Ledger<IpsecPolicy>, { id, migrations }: MigrateEvent, at: Moment): void {
  const wanted = policyKey(id);
  const found = policies.entries().find(([key, policy]) => key === wanted || bareKey(policy) === wanted);
  if (!found) return;
  const [key, policy] = found;
  const templates = policy.templates.map((template) => movedTemplate(template, migrations));
  policies.put(key, { ...at, value: { ...policy, templates }, source: 'move' });
}

function bareKey({ direction, selector, type }: IpsecPolicy): string {
  return policyKey({ direction, selector, type });
}

/** Modes whose templates have addresses. */
const addressed: ReadonlySet<string> = new Set(['tunnel', 'beet', 'iptfs']);

function movedTemplate(template: Template, migrations: readonly Migration[]): Template {
  if (!addressed.has(template.mode)) return template;
  const move = migrations.find(
    ({ protocol, mode, reqid, oldSource, oldDestination }) =>
      template.protocol === protocol &&
      template.mode === mode &&
      (reqid === 0 || template.reqid === reqid) &&
      template.source === oldSource &&
      template.destination === oldDestination,
  );
  if (!move) return template;
  const [source, destination] = [move.newSource, move.newDestination];
  return { ...template, source, destination, family: familyOf(destination) };
}
