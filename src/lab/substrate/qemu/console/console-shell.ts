/** How a command ended. */
export interface Done {
  readonly status: number;
  /** Where the shell is then. */
  readonly cwd: string;
}

interface Running {
  readonly output: (text: string) => void;
  readonly resolve: (done: Done) => void;
  /** What the shell says of the command, once the prompt behind it has come. */
  answer: string | undefined;
}

/**
 * A POSIX shell at a console without echo. A command has ended when the prompt comes, which nothing else prints; the shell is then asked
 * for its status and directory, and keeps the status.
 */
export class ConsoleShell {
  readonly #write: (text: string) => void;
  readonly #halves: readonly [string, string];
  readonly #prompt: string;
  #text = '';
  #running: Running | undefined;

  /** `nonce`: at least two characters, in no other text. */
  constructor(nonce: string, write: (text: string) => void) {
    const half = nonce.length >> 1;
    this.#halves = [nonce.slice(0, half), nonce.slice(half)];
    this.#prompt = `${nonce}> `;
    this.#write = write;
  }

  /** The first line: makes the prompt, which the echo of this line does not hold. */
  begin(line: string): Promise<Done> {
    const [first, second] = this.#halves;
    return this.run(`${line}; PS1=${first}; PS1="$PS1"'${second}> '`, () => {});
  }

  /** Types a line; `output` hears what is printed until it has ended. One at a time. */
  run(line: string, output: (text: string) => void): Promise<Done> {
    const { promise, resolve } = Promise.withResolvers<Done>();
    this.#running = { output, resolve, answer: undefined };
    this.#text = '';
    this.#write(`${line}\r`);
    return promise;
  }

  /** Whether a command runs. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Text came. */
  hear(text: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#text += text;
    const at = this.#text.indexOf(this.#prompt);
    if (running.answer !== undefined) {
      if (at >= 0) this.#answered(running, this.#text.slice(0, at));
      return;
    }
    // The end of what came may be the beginning of a prompt.
    const safe = at >= 0 ? at : Math.max(0, this.#text.length - this.#prompt.length);
    const said = this.#text.slice(0, safe);
    this.#text = this.#text.slice(safe);
    if (said !== '') running.output(said);
    if (at < 0) return;
    this.#text = '';
    running.answer = '';
    this.#write('espalier=$?; echo "$espalier:$PWD"; (exit $espalier)\r');
  }

  #answered(running: Running, answer: string): void {
    const [, status = '255', cwd = ''] = /^(\d+):(.*)$/m.exec(answer) ?? [];
    this.#running = undefined;
    running.resolve({ status: Number(status), cwd });
  }
}
