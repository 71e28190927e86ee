/** Something that stood over a time. */
export interface Span<T> {
  readonly key: string;
  /** As it was first seen, and as it was seen last. */
  readonly first: T;
  readonly last: T;
  /** Virtual nanoseconds since 1970. */
  readonly since: bigint;
  /** The moment at which it was over, or the last one. */
  readonly until: bigint;
  /** It was still so at the last moment. */
  readonly stays: boolean;
}

/** Follows what stands, by its key, from one moment to the next. Spans are in the order in which they began. */
export class Standing<T> {
  readonly #spans: Span<T>[] = [];
  /** Where the spans are that are not over. */
  readonly #open = new Map<string, number>();

  get spans(): readonly Span<T>[] {
    return this.#spans;
  }

  /** All that stands at a moment, which is not before the last one that was given. */
  see(now: ReadonlyMap<string, T>, time: bigint): void {
    for (const [key, last] of now) {
      const at = this.#open.get(key) ?? this.#spans.length;
      const { first, since } = this.#spans[at] ?? { first: last, since: time };
      this.#open.set(key, at);
      this.#spans[at] = { key, first, last, since, until: time, stays: true };
    }
    for (const [key, at] of this.#open) {
      if (now.has(key)) continue;
      this.#spans[at] = { ...(this.#spans[at] as Span<T>), until: time, stays: false };
      this.#open.delete(key);
    }
  }
}
