import type { Socket } from 'node:net';
import { EspalierError } from '../../../../base/errors.ts';
import { Conversation } from '../../../../dialogue/conversation.ts';
import { typed } from '../../../../dialogue/dialogue.ts';
import { type HostProfile, settings } from '../../../../dialogue/systems/profile.ts';
import { encodeListing } from '../../../../evidence/listings/listing.ts';
import { recordType } from '../../../../evidence/records/record.ts';
import { numbered } from '../../../../evidence/records/writer.ts';
import type { Host } from '../../../../model/topology.ts';
import type { HostEvents, HostLine } from '../host-line.ts';
import type { LabClock } from '../lab-clock.ts';
import { ConsoleShell } from './console-shell.ts';
import { setUpLines } from './set-up.ts';
import { ownForm, posixForm } from './shell-form.ts';

/** How often a login that does not go on is looked at, ns. */
const lookNs = 1_000_000_000n;
/** Time in which an idle system does what another one's command began, ns. */
const settleNs = 20_000_000n;
/** Time between the last line that sets up the host and the first command, ns: as long as other machines wait at most. */
const warmupNs = 4_000_000_000n;
/** Output of one command beyond this ends the lab, as it does where an agent counts it. */
const mostOutput = 8 * 1024 * 1024;
/** Until an order says another one, ns. */
const firstDeadline = 600_000_000_000n;

export interface ConsoleLineOptions {
  readonly host: Host;
  readonly profile: HostProfile;
  /** Which of the lab's machines it is. */
  readonly number: number;
  /** Marks the prompt: letters and digits. */
  readonly nonce: string;
  readonly clock: LabClock;
  readonly events: HostEvents & {
    /** The lab cannot go on. */
    readonly refuse: (error: unknown) => void;
    /** Bytes that no command's output holds. */
    readonly aside: (bytes: Buffer) => void;
  };
}

/** The line to an installed system, whose console is all that there is of it: somebody logs in there and types. */
export class ConsoleLine implements HostLine {
  readonly usualBoot: bigint;
  readonly #options: ConsoleLineOptions;
  readonly #login: Conversation;
  readonly #shell: ConsoleShell;
  readonly #booted = Promise.withResolvers<void>();
  readonly #loggedIn = Promise.withResolvers<void>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #orders = Promise.resolve();
  #waiting = 0;
  #hasEnded = false;
  #isIn = false;
  #deadline = firstDeadline;
  readonly #listed = new Map<string, string>();

  constructor(options: ConsoleLineOptions) {
    const { profile, nonce } = options;
    this.#options = options;
    this.usualBoot = BigInt(profile.boots) * 1_000_000_000n;
    this.#login = new Conversation({ dialogue: profile.login, settings });
    const form = profile.shell === 'posix' ? posixForm(nonce) : ownForm(profile.shell);
    this.#shell = new ConsoleShell(form, (text) => this.#write(text));
    this.#setUp().catch((error: unknown) => options.events.refuse(error));
  }

  get booted(): Promise<void> {
    return this.#booted.promise;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  get number(): number {
    return this.#options.number;
  }

  /** Its processor computes while it has nothing to do. */
  get spins(): boolean {
    return this.#options.profile.spins === true;
  }

  /** It has booted, and no command runs. */
  get isIdle(): boolean {
    return this.#isIn && !this.#shell.isBusy;
  }

  begin(): void {
    this.#begun.resolve();
  }

  order(lines: string): Promise<void> {
    this.#waiting += 1;
    const done = this.#orders.then(async () => {
      for (const line of lines.split('\n')) if (line !== '') await this.#obey(line);
    });
    this.#orders = done
      .catch((error: unknown) => this.#options.events.refuse(error))
      .finally(() => {
        this.#waiting -= 1;
      });
    return this.#orders;
  }

  /** Bytes came from the console. */
  hear(socket: Socket, bytes: Buffer): void {
    const { events } = this.#options;
    this.#socket = socket;
    events.progress();
    if (!this.#shell.isBusy) events.aside(bytes);
    if (this.#isIn) this.#shell.hear(bytes.toString('latin1'));
    else this.#talk(() => this.#login.hear(bytes, this.#now));
  }

  get #now(): number {
    return Number(this.#options.clock.passed() / 1_000_000n);
  }

  #write(text: string): void {
    this.#socket?.write(Buffer.from(text));
  }

  #talk(body: () => void): void {
    const { events, host } = this.#options;
    body();
    for (const text of this.#login.takeTyped()) {
      this.#booted.resolve();
      this.#write(text);
    }
    const { outcome, isSpoken } = this.#login;
    if (outcome !== undefined && !outcome.ok)
      events.refuse(new EspalierError('guest', `${host.name}: step "${outcome.step}" ${outcome.why}`));
    if (!isSpoken || this.#isIn) return;
    this.#isIn = true;
    this.#loggedIn.resolve();
  }

  #look(): void {
    this.#options.clock.after(lookNs, () => {
      if (this.#isIn || this.#login.outcome !== undefined) return;
      this.#talk(() => this.#login.look(this.#now));
      this.#look();
    });
  }

  async #setUp(): Promise<void> {
    const { profile, host, clock } = this.#options;
    this.#look();
    await Promise.all([this.#loggedIn.promise, this.#begun.promise]);
    if (profile.quiet !== undefined) await this.#shell.begin(profile.quiet);
    if (profile.date !== undefined)
      await this.#must(typed(profile.date, { seconds: String(clock.now() / 1_000_000_000n) }));
    for (const line of setUpLines(profile, host)) await this.#must(line);
    await this.#pass(warmupNs);
    this.#ready.resolve();
  }

  /** Types a line of Espalier's own; gives what it printed. */
  async #must(line: string): Promise<string> {
    let output = '';
    const { status } = await this.#shell.run(line, (text) => {
      output += text;
    });
    if (status === 0) return output;
    const { name } = this.#options.host;
    throw new EspalierError('guest', `a command of the system's profile ended with ${status}`, {
      host: name,
      command: line,
      output,
    });
  }

  /** Lets time of the lab's pass. */
  #pass(ns: bigint): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.clock.after(ns, resolve);
    return promise;
  }

  async #obey(order: string): Promise<void> {
    const [word = '', first = '', second = ''] = order.split(' ', 3);
    switch (word) {
      case 'command':
        return this.#command(Number(second), order.slice(`command ${first} ${second} `.length));
      case 'settle':
        return this.#pass(settleNs);
      case 'advance':
        return this.#pass(BigInt(first));
      case 'deadline':
        this.#deadline = BigInt(first);
        return undefined;
      case 'end':
        this.#hasEnded = true;
        this.#ended.resolve();
        return undefined;
      case 'tables':
        return this.#list();
      // Nothing but a shell is there to type it at.
      case 'postmortem':
        return undefined;
      default:
        throw new EspalierError(
          'scenario',
          `${this.#options.host.name} is an installed system: ${word} is not possible`,
        );
    }
  }

  async #command(step: number, line: string): Promise<void> {
    let size = 0;
    this.#say(recordType.commandBegin, numbered(step, line));
    const trouble = Promise.withResolvers<undefined>();
    const end = (word: string): void => {
      this.#say(recordType.trouble, Buffer.from(`${word} ${line}`));
      trouble.resolve(undefined);
    };
    using _deadline = this.#options.clock.after(this.#deadline, () => end('timeout'));
    const running = this.#shell.run(line, (text) => {
      this.#say(recordType.output, Buffer.from(text, 'latin1'));
      size += text.length;
      if (size > mostOutput && size - text.length <= mostOutput) end('flood');
    });
    const done = await Promise.race([running, trouble.promise]);
    if (done === undefined) return;
    this.#say(recordType.commandEnd, numbered(done.status, done.cwd));
    await this.#list();
  }

  /** Looks at the tables. */
  async #list(): Promise<void> {
    for (const command of this.#options.profile.tables) {
      const text = await this.#must(command);
      if (text === (this.#listed.get(command) ?? '')) continue;
      this.#listed.set(command, text);
      this.#say(recordType.listing, encodeListing(command, text));
    }
  }

  #say(type: number, payload: Uint8Array): void {
    this.#options.events.record({ type, time: this.#options.clock.now(), payload });
  }
}
