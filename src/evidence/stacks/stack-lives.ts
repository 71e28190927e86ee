import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { Ledger, type Moment } from '../tables/lives.ts';
import type { HostTimeline } from '../tables/timeline.ts';
import { saKey } from '../xfrm/identity.ts';
import type { StackEvent } from './stack-event.ts';

/** The lives of a userspace stack's SAs and policies. */
export type StackLives = Pick<HostTimeline, 'sas' | 'policies'>;

/** An event, or the end of the process, with which all of its tables go. */
export type StackTurn = StackEvent | { readonly kind: 'ended'; readonly time: bigint };

/** Follows a stack's tables from empty. `momentOf` finds the place of a time among the records. Turns are in the order of time. */
export function stackLives(turns: readonly StackTurn[], momentOf: (time: bigint) => Moment): StackLives {
  const tables: Tables = { sas: new Ledger(), policies: new Ledger(), open: new Map(), count: 0 };
  for (const turn of turns) take(tables, turn, momentOf(turn.time));
  return { sas: tables.sas.lives, policies: tables.policies.lives };
}

interface Tables {
  readonly sas: Ledger<IpsecSa>;
  readonly policies: Ledger<IpsecPolicy>;
  /** Keys of the policies of one name: while an SA is replaced there are two, and the older goes. */
  readonly open: Map<string, string[]>;
  count: number;
}

function take(tables: Tables, turn: StackTurn, at: Moment): void {
  const { sas, policies, open } = tables;
  switch (turn.kind) {
    case 'sa-added':
      sas.put(saKey(turn.sa), { ...at, value: turn.sa, source: 'event' });
      return;
    case 'sa-moved':
      for (const [key, sa] of sas.entries()) {
        if (sa.spi !== turn.spi) continue;
        const { source, destination } = turn;
        sas.end(key, at, 'moved');
        const moved = { ...sa, source, destination };
        sas.put(saKey(moved), { ...at, value: moved, source: 'move' });
      }
      return;
    case 'sa-deleted':
      for (const [key, sa] of sas.entries()) {
        const isMeant = sa.spi === turn.spi && (turn.direction === undefined || sa.direction === turn.direction);
        if (isMeant) sas.end(key, at, 'deleted');
      }
      return;
    case 'policy-added': {
      tables.count += 1;
      const key = `${turn.name} ${tables.count}`;
      open.set(turn.name, [...(open.get(turn.name) ?? []), key]);
      policies.put(key, { ...at, value: turn.policy, source: 'event' });
      return;
    }
    case 'policy-deleted': {
      const [oldest, ...others] = open.get(turn.name) ?? [];
      if (oldest !== undefined) policies.end(oldest, at, 'deleted');
      open.set(turn.name, others);
      return;
    }
    case 'flushed':
      if (turn.table === 'sas') endAll(sas, at);
      else endPolicies(tables, at);
      return;
    case 'began':
    case 'ended':
      endAll(sas, at);
      endPolicies(tables, at);
  }
}

function endPolicies({ policies, open }: Tables, at: Moment): void {
  endAll(policies, at);
  open.clear();
}

function endAll<T>(ledger: Ledger<T>, at: Moment): void {
  for (const [key] of ledger.entries()) ledger.end(key, at, 'flushed');
}
