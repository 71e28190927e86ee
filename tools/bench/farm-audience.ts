/** Stands for the test in whose scope a farm for tests ends. */
export class Audience implements AsyncDisposable {
  readonly #ends: (() => unknown)[] = [];

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Somebody who may leave before, and leaves with this one at the latest. */
  guest(): Audience {
    const one = new Audience();
    this.after(() => one[Symbol.asyncDispose]());
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** One line of figures. */
export function figure(title: string, value: string): void {
  process.stdout.write(`${title.padEnd(56)} ${value}\n`);
}
