/** CPU time of this process, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Shares the CPU time of this process among pieces of work that go on at once, equally: which of them used it, nobody can say. It
 * holds all that the process did meanwhile, and nothing of other processes.
 */
export class SharedCpu {
  readonly #now: () => number;
  readonly #works = new Set<{ ms: number }>();
  #last = 0;

  /** `now`: CPU time of the process so far, ms. */
  constructor(now: () => number = cpuMs) {
    this.#now = now;
  }

  /** Does a piece of work; gives what came of it and its share, ms. */
  async measure<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
    const share = { ms: 0 };
    this.#settle();
    this.#works.add(share);
    try {
      const value = await work();
      this.#settle();
      return { value, ms: share.ms };
    } finally {
      this.#settle();
      this.#works.delete(share);
    }
  }

  #settle(): void {
    const now = this.#now();
    for (const share of this.#works) share.ms += (now - this.#last) / this.#works.size;
    this.#last = now;
  }
}
