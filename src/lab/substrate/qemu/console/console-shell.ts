import type { ShellForm } from './shell-form.ts';

/** How a command ended. */
export interface Done {
  readonly status: number;
  /** Where the shell is then. */
  readonly cwd: string;
}

interface Running {
  readonly output: (text: string) => void;
  readonly resolve: (done: Done) => void;
  /** The command has ended, and its status was asked for. */
  asked: boolean;
}

/** What takes commands at a console. A command has ended when the prompt comes; then it is asked how. */
export class ConsoleShell {
  readonly #form: ShellForm;
  readonly #write: (text: string) => void;
  /** Behind the echo, from the end of its line on. */
  #text = '';
  #isEchoed = false;
  #isFirst = true;
  #running: Running | undefined;

  constructor(form: ShellForm, write: (text: string) => void) {
    this.#form = form;
    this.#write = write;
  }

  /** The first line; from then on there is the prompt. */
  async begin(line: string): Promise<void> {
    await this.run(this.#form.make?.(line) ?? line, () => {});
  }

  /** Types a line; `output` hears what is printed until it has ended. One at a time. */
  run(line: string, output: (text: string) => void): Promise<Done> {
    const { promise, resolve } = Promise.withResolvers<Done>();
    this.#running = { output, resolve, asked: false };
    this.#type(line);
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
    this.#text += this.#form.echoes ? text.replaceAll('\r', '') : text;
    if (!this.#passEcho()) return;
    const at = this.#form.find(this.#text);
    if (running.asked) {
      if (at >= 0) this.#answered(running, this.#text.slice(0, at));
      return;
    }
    this.#say(running, at >= 0 ? at : Math.max(0, this.#text.length - this.#form.held));
    if (at < 0) return;
    running.asked = true;
    this.#type(this.#form.ask);
  }

  #type(line: string): void {
    this.#text = '';
    this.#isEchoed = !this.#form.echoes;
    this.#isFirst = this.#form.echoes;
    this.#write(`${line}\r`);
  }

  /** Takes off the line that was typed, but for its end: a prompt may stand behind that. */
  #passEcho(): boolean {
    if (this.#isEchoed) return true;
    const end = this.#text.indexOf('\n');
    if (end < 0) return false;
    this.#text = this.#text.slice(end);
    this.#isEchoed = true;
    return true;
  }

  /** Hands out the text up to a place: behind it a prompt may have begun. */
  #say({ output }: Running, end: number): void {
    const said = this.#text.slice(this.#isFirst ? 1 : 0, end);
    if (end > 0) this.#isFirst = false;
    this.#text = this.#text.slice(end);
    if (said !== '') output(said);
  }

  #answered(running: Running, answer: string): void {
    const [, status = '255', cwd = ''] = /^(\d+)(?::(.*))?$/m.exec(answer) ?? [];
    this.#running = undefined;
    running.resolve({ status: Number(status), cwd });
  }
}
