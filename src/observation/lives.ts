/** A point of an attempt: virtual nanoseconds since 1970, and the record that told. */
export interface Moment {
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
  /** Its identity as text (src/observation/xfrm/identity.ts). Another life may have had it before. */
  readonly key: string;
  /** The first is its birth; never empty; in order. A dump with other counters makes a version. */
  readonly versions: readonly Version<T>[];
  /** Undefined: still there at the end of the records. */
  readonly ended?: Moment & { readonly reason: EndReason };
}

/** The version that counted after a record; undefined where the entry was not there. */
export function versionAt<T>({ versions, ended }: Life<T>, sequence: number): Version<T> | undefined {
  if (ended && ended.sequence <= sequence) return undefined;
  return versions.findLast((version) => version.sequence <= sequence);
}

interface GrowingLife<T> extends Life<T> {
  readonly versions: Version<T>[];
  ended?: Moment & { readonly reason: EndReason };
}

/** A table while records are read: all lives so far, and those that are not over by key. */
export class Ledger<T> {
  readonly lives: GrowingLife<T>[] = [];
  readonly open: Map<string, GrowingLife<T>> = new Map();

  /** The present state of an entry. */
  get(key: string): T | undefined {
    return this.open.get(key)?.versions.at(-1)?.value;
  }

  /** Starts a life, or adds a version to the one that has the key. */
  put(key: string, version: Version<T>): void {
    const life = this.open.get(key);
    if (life) {
      life.versions.push(version);
      return;
    }
    const born: GrowingLife<T> = { key, versions: [version] };
    this.lives.push(born);
    this.open.set(key, born);
  }

  /** Ends a life; false where there is none of the key. */
  end(key: string, { time, sequence }: Moment, reason: EndReason): boolean {
    const life = this.open.get(key);
    if (!life) return false;
    life.ended = { time, sequence, reason };
    return this.open.delete(key);
  }

  /** Present entries by key, the oldest life first. */
  entries(): [key: string, value: T][] {
    return [...this.open].map(([key, life]) => [key, (life.versions.at(-1) as Version<T>).value]);
  }
}
