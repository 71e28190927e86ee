import type { Ledger, Moment } from './lives.ts';

/** Something that events and dumps do not tell alike. */
export interface Discrepancy extends Moment {
  readonly host: string;
  readonly table: 'sa' | 'policy';
  /**
   * `unannounced`: in a dump, no event told of it. `vanished`: not in a dump, no event told of its end.
   * `changed`: a dump shows other contents than the last event. `twice`: announced while it was there.
   * `unheard`: deleted or expired, and nothing had told of it before.
   */
  readonly what: 'unannounced' | 'vanished' | 'changed' | 'twice' | 'unheard';
  readonly key: string;
  /** `changed`: which fields of the model. */
  readonly fields?: readonly string[];
}

/** How the entries of one table are told apart, and what the kernel does with them without a word. */
export interface TableRules<T> {
  readonly table: Discrepancy['table'];
  readonly key: (value: T) => string;
  /** Comes and goes without events. */
  readonly silent: (value: T) => boolean;
  /** Fields that cannot change without an event. */
  readonly fixed: readonly (keyof T & string)[];
}

/** A finding of `reconcile`, without its place. */
export type Finding = Pick<Discrepancy, 'what' | 'key' | 'fields'>;

/** Makes a table what a dump says that it is, and tells what no event explains. */
export function reconcile<T>(ledger: Ledger<T>, dump: readonly T[], { at, rules }: Reconciling<T>): Finding[] {
  const findings: Finding[] = [];
  const present = new Map<string, number>();
  for (const value of dump) {
    const key = freshKey(rules.key(value), present);
    const known = ledger.get(key);
    if (known === value) continue;
    ledger.put(key, { ...at, value, source: 'dump' });
    if (known === undefined) {
      if (!rules.silent(value)) findings.push({ what: 'unannounced', key });
      continue;
    }
    const fields = rules.fixed.filter((field) => !same(known[field], value[field]));
    if (fields.length > 0) findings.push({ what: 'changed', key, fields });
  }
  for (const [key, value] of ledger.entries()) {
    if (present.has(key)) continue;
    ledger.end(key, at, 'unknown');
    if (!rules.silent(value)) findings.push({ what: 'vanished', key });
  }
  return findings;
}

interface Reconciling<T> {
  readonly at: Moment;
  readonly rules: TableRules<T>;
}

/** Entries of a dump that have one identity are numbered; `taken` holds the keys given and how often. */
function freshKey(key: string, taken: Map<string, number>): string {
  const times = (taken.get(key) ?? 0) + 1;
  taken.set(key, times);
  if (times === 1) return key;
  const fresh = `${key} #${times}`;
  taken.set(fresh, 1);
  return fresh;
}

/** Deep equality of plain data. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]));
}
