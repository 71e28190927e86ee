import type { Finding, Ledger, Moment } from './lives.ts';

/**
 * Something that events and dumps do not tell alike. `unannounced`: in a dump, no event told of it. `vanished`: not in
 * a dump, no event told of its end. `changed`: a dump shows other contents than the last event. `twice`: announced
 * while it was there. `unheard`: deleted, and nothing had told of it before.
 */
export interface Discrepancy extends Moment, Finding {
  readonly host: string;
  readonly table: 'sa' | 'policy';
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

/** Makes a table what a dump says that it is; the ledger then suspects what no event explains. */
export function reconcile<T>(ledger: Ledger<T>, dump: readonly T[], { at, rules, claimed }: Reconciling<T>): void {
  const present = new Map<string, number>();
  for (const value of dump) {
    const key = freshKey(rules.key(value), present);
    const known = ledger.get(key);
    if (known === value) continue;
    ledger.put(key, { ...at, value, source: 'dump' });
    const finding = known === undefined ? unannounced(key, value, rules) : changed(key, [known, value], rules);
    if (finding) ledger.suspect(finding, at, claimed);
  }
  for (const [key, value] of ledger.entries()) {
    if (present.has(key)) continue;
    ledger.end(key, at, 'unknown');
    if (!rules.silent(value)) ledger.suspect({ what: 'vanished', key }, at, claimed);
  }
}

/** Whether two dumps of a table hold the same entries: of what may change without a word they may say other things. */
export function sameEntries<T>(before: readonly T[], now: readonly T[], rules: TableRules<T>): boolean {
  const essence = (value: T): unknown[] => [rules.key(value), ...rules.fixed.map((field) => value[field])];
  return before.length === now.length && before.every((value, at) => same(essence(value), essence(now[at] as T)));
}

function unannounced<T>(key: string, value: T, { silent }: TableRules<T>): Finding | undefined {
  return silent(value) ? undefined : { what: 'unannounced', key };
}

function changed<T>(key: string, [old, now]: readonly [T, T], { fixed }: TableRules<T>): Finding | undefined {
  const fields = fixed.filter((field) => !same(old[field], now[field]));
  return fields.length > 0 ? { what: 'changed', key, fields } : undefined;
}

interface Reconciling<T> {
  readonly at: Moment;
  readonly rules: TableRules<T>;
  /** False: events are known to be lost, so what none explains contradicts nothing. */
  readonly claimed: boolean;
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
