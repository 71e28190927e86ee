/** Stands for the test in whose scope a farm for tests ends. */
export class Audience implements AsyncDisposable {
  readonly #ends: (() => unknown)[] = [];

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }
}

/** One line of figures. */
export function figure(title: string, value: string): void {
  process.stdout.write(`${title.padEnd(56)} ${value}\n`);
}
