import type { ConsoleCommand, ConsoleTranscript } from '../../evidence/records/consoles.ts';
import { concat } from '../../evidence/records/writer.ts';
import type { EndWord } from '../../model/attempt.ts';
import type { Step } from '../../model/scenario.ts';

/**
 * How the suite's driver writes the marks around a post-mortem: bare, or since 5.3 as commands that were typed, with a prompt
 * behind them.
 */
export type ConsoleStyle = 'marks' | 'typed-marks';

/** What the consoles of an attempt are put together from. */
export interface ConsoleInputs {
  /** Name of the test, which is the last part of its working directory. */
  readonly test: string;
  /** In the order in which the suite does post-mortems. */
  readonly hosts: readonly string[];
  readonly steps: readonly Step[];
  /** Guest names by step index, where they are not the host's. */
  readonly guests: Readonly<Record<number, string>>;
  readonly postMortem?: string;
  readonly style?: ConsoleStyle;
  readonly transcripts: readonly ConsoleTranscript[];
  readonly end: EndWord;
}

/** Raw consoles by host, and `all`, as the suite's driver writes them. */
export interface RawConsoles {
  readonly consoles: ReadonlyMap<string, Uint8Array>;
  /** The suite's driver saw the test through, or gave up on a command in good order. */
  readonly complete: boolean;
  /** Something at which the suite's driver gives up. */
  readonly exception?: { readonly host: string; readonly command: string; readonly message: string };
}

const left = '>'.repeat(10);
const right = '<'.repeat(10);
const done = `${left}cut${left} done ${right}tuc${right}`;
const opened = `${left} post-mortem ${left}`;
const closed = `${right} post-mortem ${right}`;

/** Ends after which nothing more is known about the lab; all others leave a mark in the console. */
const lost: readonly EndWord[] = ['out-of-memory', 'boot-failed', 'lab-died', 'cancelled'];

const utf8 = new TextEncoder();

/** Puts consoles together from what was typed and received. A host at whose console nothing happened has an empty one. */
export function composeConsoles(parts: ConsoleInputs): RawConsoles {
  return new Composer(parts).compose();
}

class Composer {
  readonly #parts: ConsoleInputs;
  readonly #typedMarks: boolean;
  readonly #texts: ReadonlyMap<string, Uint8Array[]>;
  readonly #steps = new Map<string, ConsoleCommand>();
  readonly #postMortems = new Map<string, ConsoleCommand>();
  #exception: RawConsoles['exception'];

  constructor(parts: ConsoleInputs) {
    this.#parts = parts;
    this.#typedMarks = parts.style === 'typed-marks';
    this.#texts = new Map([...parts.hosts, 'all'].map((host) => [host, []]));
    for (const { host, commands } of parts.transcripts) {
      for (const command of commands) {
        if (command.step === undefined) this.#postMortems.set(host, command);
        else this.#steps.set(`${command.step} ${host}`, command);
      }
    }
  }

  compose(): RawConsoles {
    const whole = this.#typed() && this.#examined();
    if (whole) for (const host of this.#texts.keys()) this.#write(done, host);
    const consoles = new Map([...this.#texts].map(([host, pieces]) => [host, concat(pieces)]));
    return { consoles, complete: whole, ...(this.#exception && { exception: this.#exception }) };
  }

  #write(piece: string | Uint8Array, ...hosts: readonly string[]): void {
    const bytes = typeof piece === 'string' ? utf8.encode(piece) : piece;
    for (const host of hosts) this.#texts.get(host)?.push(bytes);
  }

  #prompt(host: string, named = host): void {
    this.#write(`[root@${named} ${this.#parts.test}]# `, host);
  }

  /** The steps; false where the lab was lost before their end. */
  #typed(): boolean {
    let afterComment = false;
    for (const [index, step] of this.#parts.steps.entries()) {
      if (step.kind === 'comment') {
        this.#write(`${step.line}\n`, 'all', step.host);
        if (step.host !== '*') this.#prompt(step.host);
        afterComment = true;
        continue;
      }
      const command = this.#steps.get(`${index} ${step.host}`);
      if (command === undefined) return false;
      if (afterComment) this.#write('\n', 'all');
      afterComment = false;
      const guest = this.#parts.guests[index] ?? step.host;
      this.#write(`${guest}# `, 'all');
      this.#write(`${step.line}\n`, 'all', step.host);
      if (this.#astray(step.host, command)) return false;
      this.#output(step.host, command);
      if (command.end === undefined) {
        const place = this.#typedMarks ? '' : `${step.origin.file} ${guest}# `;
        return this.#unfinished(step.host, `command ${place}${step.line}`);
      }
      this.#prompt(step.host);
      this.#write('\n', 'all');
    }
    return true;
  }

  #output(host: string, { output }: ConsoleCommand, end = ''): void {
    if (output.length === 0) return;
    this.#write('\n', 'all');
    this.#write(output, 'all', host);
    this.#write(end, 'all', host);
  }

  /** A command that did not end: all later ones were left out, and so was the post-mortem. */
  #unfinished(host: string, what: string): boolean {
    if (lost.includes(this.#parts.end)) return false;
    const word = this.#parts.end === 'completed' ? 'TIMEOUT' : this.#parts.end.toUpperCase();
    this.#write(`${left} ${word} while running ${what} ${right}`, 'all', host);
    return true;
  }

  /** The suite's driver gives up on a shell that is in another directory than the test's. */
  #astray(host: string, { cwd, line, end }: ConsoleCommand): boolean {
    if (end === undefined || cwd === undefined || cwd.slice(cwd.lastIndexOf('/') + 1) === this.#parts.test)
      return false;
    const message = `the shell is in ${cwd} after this command, and the suite wants it to stay where it is`;
    this.#exception = { host, command: line, message };
    return true;
  }

  #examined(): boolean {
    const { postMortem, hosts, steps } = this.#parts;
    const commands = steps.flatMap((step, index) =>
      step.kind === 'command' ? [this.#steps.get(`${index} ${step.host}`)] : [],
    );
    if (postMortem === undefined || commands.some((command) => command?.end === undefined)) return true;
    let ok = true;
    this.#write(opened, 'all');
    for (const host of hosts) {
      const command = this.#postMortems.get(host);
      if (command === undefined) return false;
      ok = this.#examinedHost(host, postMortem, command) && ok;
      if (this.#exception !== undefined || (command.end === undefined && lost.includes(this.#parts.end))) return false;
    }
    if (ok) this.#write(closed, 'all');
    return true;
  }

  #guestOf(host: string): string {
    const index = this.#parts.steps.findIndex((step) => step.host === host);
    return this.#parts.guests[index] ?? host;
  }

  #examinedHost(host: string, script: string, command: ConsoleCommand): boolean {
    if (this.#typedMarks) {
      this.#write(`: ${opened}\n`, host);
      this.#prompt(host);
    } else this.#write(opened, host);
    this.#write(`${this.#guestOf(host)}# `, 'all');
    this.#write(`${script}\n`, 'all', host);
    if (this.#astray(host, command)) return false;
    this.#output(host, command, this.#typedMarks ? '' : '\n');
    if (command.end === undefined) this.#unfinished(host, `${this.#typedMarks ? 'command' : 'script'} ${script}`);
    // A post-mortem that found something is left open, so that it shows in the sanitized text.
    if (command.end === undefined || command.status !== 0) return false;
    if (this.#typedMarks) {
      this.#prompt(host);
      this.#write(`: ${closed}\n`, host);
      this.#prompt(host);
    } else {
      // The driver prints the prompt of the host that it typed at last, wherever it is.
      this.#prompt(host, this.#parts.steps.findLast((step) => step.host !== '*')?.host);
      this.#write(closed, host);
    }
    return true;
  }
}
