/** A point of an attempt, and the record that told of it. */
export interface Moment {
  /** Virtual nanoseconds since 1970: when the kernel made the event, where it says so, else when it was recorded. */
  readonly time: bigint;
  readonly sequence: number;
}

/** What something was from a moment on. */
export interface Version<T> extends Moment {
  readonly value: T;
  /** Who told: an event, a dump, or what the kernel does to the entry when it handles a `migrate`. */
  readonly source: 'event' | 'dump' | 'move';
}

/**
 * Why an entry is gone. `rekeyed`: deleted while a younger SA did the same work. `filled`: a larval SA became a
 * real one. `moved`: the SA goes on with other addresses (RFC 4555). `unknown`: no event said so.
 */
export type EndReason = 'deleted' | 'expired' | 'flushed' | 'rekeyed' | 'filled' | 'moved' | 'unknown';

/** One entry of a table from its birth to its end. */
export interface Life<T> {
  /** Its identity as text (src/evidence/xfrm/identity.ts). Another life may have had it before. */
  readonly key: string;
  /** The first is its birth; never empty; in order. A dump with other counters makes a version. */
  readonly versions: readonly Version<T>[];
  /** Undefined: still there at the end of the records. */
  readonly ended?: Moment & { readonly reason: EndReason };
}

interface GrowingLife<T> extends Life<T> {
  readonly versions: Version<T>[];
  ended?: Moment & { readonly reason: EndReason };
}

/** What a dump shows and no event explains; see `Discrepancy` for the words. */
export interface Finding {
  readonly what: 'unannounced' | 'vanished' | 'changed' | 'twice' | 'unheard';
  readonly key: string;
  /** `changed`: which fields of the model. */
  readonly fields?: readonly string[];
}

/** `claimed`: without an explanation it is a contradiction. Else events are known to be lost. */
type Suspicion = Finding & Moment & { readonly claimed: boolean };

/**
 * Virtual nanoseconds. Hosts go on for some microseconds while a boundary's dumps are taken, so an event that
 * a dump shows already may be recorded behind it.
 */
const lateEvents = 1_000_000n;

/** A table while records are read: all lives so far, and those that are not over by key. */
export class Ledger<T> {
  readonly lives: GrowingLife<T>[] = [];
  readonly #open = new Map<string, GrowingLife<T>>();
  readonly #unexplained = new Map<string, Suspicion>();
  readonly #late: bigint;

  /** `late`: nanoseconds by which an event may be recorded behind a dump that shows it. */
  constructor(late = lateEvents) {
    this.#late = late;
  }

  /** The present state of an entry. */
  get(key: string): T | undefined {
    return this.#open.get(key)?.versions.at(-1)?.value;
  }

  /** Present entries by key, the oldest life first. */
  entries(): [key: string, value: T][] {
    return [...this.#open].map(([key, { versions }]) => [key, (versions.at(-1) as Version<T>).value]);
  }

  /** Starts a life, or adds a version to the one that has the key. */
  put(key: string, version: Version<T>): void {
    const life = this.#open.get(key);
    if (life) {
      life.versions.push(version);
      return;
    }
    const born: GrowingLife<T> = { key, versions: [version] };
    this.lives.push(born);
    this.#open.set(key, born);
  }

  /** Ends a life; false where there is none of the key. */
  end(key: string, { time, sequence }: Moment, reason: EndReason): boolean {
    const life = this.#open.get(key);
    if (!life) return false;
    life.ended = { time, sequence, reason };
    return this.#open.delete(key);
  }

  /** Remembers what a dump shows without an event, until the event comes or `takeUnexplained`. */
  suspect(finding: Finding, { time, sequence }: Moment, claimed = true): void {
    this.#unexplained.set(finding.key, { ...finding, time, sequence, claimed });
  }

  /**
   * True when an event of a moment is what a dump just before it showed: the table is right as it is, and was so from the
   * event on where that was made before the dump.
   */
  explain(key: string, { time }: Moment, reason: EndReason = 'unknown'): boolean {
    const finding = this.#unexplained.get(key);
    if (!finding || time - finding.time > this.#late || (finding.what === 'vanished') !== (reason !== 'unknown')) {
      return false;
    }
    const life = this.lives.findLast((one) => one.key === key);
    if (life?.ended) life.ended = { ...life.ended, time: earlier(time, life.ended.time), reason };
    else if (life) {
      const shown = life.versions.pop() as Version<T>;
      life.versions.push({ ...shown, time: earlier(time, shown.time) });
    }
    return this.#unexplained.delete(key);
  }

  /** Entries that a dump just before a moment had no more. */
  vanished({ time }: Moment): [key: string, value: T][] {
    const keys = [...this.#unexplained.values()].filter(
      (one) => one.what === 'vanished' && time - one.time <= this.#late,
    );
    return keys.flatMap(({ key }) => {
      const version = this.lives.findLast((one) => one.key === key)?.versions.at(-1);
      return version ? [[key, version.value]] : [];
    });
  }

  /** What stays without an explanation. */
  takeUnexplained(): (Finding & Moment)[] {
    if (this.#unexplained.size === 0) return [];
    const findings = [...this.#unexplained.values()].filter(({ claimed }) => claimed);
    this.#unexplained.clear();
    return findings.map(({ claimed: _, ...finding }) => finding);
  }
}

function earlier(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
