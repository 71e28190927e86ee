import { EspalierError } from '../../../base/errors.ts';
import { excerptOf, shellWord } from '../../../base/text.ts';
import { childViews, type View } from '../../../connection/view.ts';
import type { Daemon } from '../../../daemons/daemon.ts';
import type { ChildSa, DaemonSas } from '../../../evidence/child-sa.ts';
import type { IkeSa } from '../../../evidence/ipsec.ts';
import type { LiveTables } from '../../../evidence/tables/live-tables.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { CommandResult, DaemonControl, DaemonHost } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import { DrivenHost, type HostInputs, type Listed, type SaName } from './host.ts';
import { isNotStarted } from './looks/looking.ts';
import type { DoneCommand, Typed } from './stepper.ts';

/** A host's daemon with the connections that it has an end of. */
export interface HostDaemon {
  readonly daemon: Daemon;
  readonly views: readonly View[];
}

type Line = Pick<Typed, 'line' | 'by'>;

/** A host with an IKE daemon as its scenario holds it. */
export class DrivenDaemonHost extends DrivenHost implements DaemonHost {
  readonly daemon: DaemonControl;
  readonly #daemon: Daemon;
  readonly #views: readonly View[];
  #isStarted = false;
  /** The last `initiate`, with what it left. */
  #initiated: DoneCommand | undefined;

  constructor(parts: HostInputs, { daemon, views }: HostDaemon) {
    super(parts);
    const { control } = daemon;
    const own = (line: string): Line => ({ line });
    const started = (): Line[] => control.start(views).map((line) => ({ line, by: 'start' }));
    const begin = (lines: readonly Line[], failed: string): Promise<void> => {
      this.#isStarted = true;
      return this.#all(lines, failed);
    };
    this.#daemon = daemon;
    this.#views = views;
    this.daemon = {
      start: () => begin(started(), 'did not start'),
      reload: () => this.#all(control.reload(views).map(own), 'did not take its files'),
      stop: () => this.#all([own(control.stop)], 'did not stop'),
      restart: () => begin([own(control.stop), ...started()], 'did not restart'),
      kill: () => this.#all([own(control.kill)], 'could not be killed'),
    };
  }

  initiate(connection: string): Promise<CommandResult> {
    return this.#ask(
      connection,
      (view) => this.#daemon.control.initiate(connection, view),
      (done) => {
        this.#initiated = done;
      },
    );
  }

  terminate(connection: string): Promise<CommandResult> {
    return this.#ask(connection, (view) => this.#daemon.control.terminate(connection, view));
  }

  ikeSas(): Promise<readonly IkeSa[]> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      const listed = await this.listIkeSas(origin);
      if ('list' in listed) return listed.list;
      const command = this.#daemon.control.listSas;
      const place = { ...origin, host: this.name, command, output: listed.failed.stdout };
      throw new EspalierError('guest', `${this.#daemon.id} does not answer`, place);
    });
  }

  /** Asks the daemon for its established IKE SAs. */
  async listIkeSas(origin: Origin): Promise<Listed<IkeSa>> {
    return this.#listed(origin, ({ ike }) => ike.filter(({ established }) => established));
  }

  override async listIpsecSas(origin: Origin): Promise<Listed<SaName>> {
    if (!this.#isUserspace) return super.listIpsecSas(origin);
    return this.#listed(origin, ({ ike, children }) =>
      children.filter(({ established }) => established).flatMap((child) => sasOfChild(child, ike)),
    );
  }

  /** A daemon that does not answer has not said that it has no SAs. */
  async #listed<T>(origin: Origin, choose: (sas: DaemonSas) => readonly T[]): Promise<Listed<T>> {
    const { listSas, readSas, unanswered } = this.#daemon.control;
    const done = await this.#look(listSas, origin);
    const isEnded = isNotStarted(done) || done.status > signalled;
    const isSilent = unanswered === undefined ? done.status !== 0 : isEnded || unanswered.test(done.stdout);
    return isSilent ? { failed: done } : { list: choose(readSas(done.stdout)) };
  }

  override kernelTables(asked: string, origin: Origin): LiveTables {
    if (!this.#isUserspace) return super.kernelTables(asked, origin);
    throw new EspalierError('scenario', `${asked} asks the kernel, and the IPsec of ${this.#daemon.id} is not in it`, {
      ...origin,
      host: this.name,
      remedy: 'ask for toHaveIpsecSas, which asks the daemon',
    });
  }

  get #isUserspace(): boolean {
    const { slice, stack } = this.#daemon;
    return slice.userspace?.[stack] !== undefined;
  }

  /** Names of the daemon's processes. */
  get processes(): readonly string[] {
    return this.#daemon.slice.processes;
  }

  /** The daemon's own log. */
  get log(): string {
    return this.#daemon.control.collect[0] ?? '';
  }

  /** Numbers of the lines of the daemon's own log that `grep` finds, ascending. */
  async logLines(what: string | RegExp, origin: Origin): Promise<Listed<number>> {
    const search = `-n -m ${mostLines} ${grepPattern(what, origin)} ${this.log} | cut -d : -f 1`;
    // A pipe has the status of its last program.
    const done = await this.#grep(`${search}; test "\${PIPESTATUS[0]}" -lt 2`, origin);
    return done.status === 0 ? { list: linesOf(done.stdout).map(Number) } : { failed: done };
  }

  /** The first line of the daemon's logs that `grep` finds. Logs beside its own need not be there. */
  async firstLogged(what: string | RegExp, origin: Origin): Promise<Listed<string>> {
    const logs = this.#daemon.control.collect.join(' ');
    const done = await this.#grep(`-m 1 ${grepPattern(what, origin)} ${logs}`, origin);
    const list = linesOf(done.stdout);
    // 2: one of the files could not be read.
    if (done.status < 2 || (done.status === 2 && list.length > 0)) return { list };
    const own = done.status === 2 ? await this.#look(`test -r ${this.log}`, origin) : done;
    return own.status === 0 ? { list } : { failed: done };
  }

  override async explain(origin: Origin): Promise<string | undefined> {
    const { status } = await this.#look(`pidof ${this.processes.join(' ')}`, origin);
    if (status === 1) return `${this.#daemon.id} does not run on ${this.name}${this.#neverStarted()}`;
    const done = this.#initiated;
    if (done === undefined) return undefined;
    if (done.stdout.trim() !== '') return done.status === 0 ? undefined : endOf(done);
    // A daemon whose tool does not wait says in its log what came of it.
    const { stdout } = await this.#look(`tail -n ${endLines} ${this.log}`, origin);
    return [`\`${done.line}\` does not say whether it succeeded; the end of ${this.log}:`, ...linesOf(stdout)].join(
      '\n',
    );
  }

  #neverStarted(): string {
    return this.#isStarted ? '' : `: the scenario has not called ${this.name}.daemon.start()`;
  }

  #look(line: string, origin: Origin): Promise<DoneCommand> {
    return this.stepper.type({ host: this.name, line, origin, by: 'look' });
  }

  async #grep(words: string, origin: Origin): Promise<DoneCommand> {
    const line = `grep -h -s -a ${words}`;
    const done = await this.#look(line, origin);
    if (done.stdout.startsWith('grep: ')) {
      const output = done.stdout.split('\n', 1)[0] ?? '';
      const place = { ...origin, host: this.name, command: line, output };
      throw new EspalierError('scenario', 'grep rejected the pattern', place);
    }
    return done;
  }

  /** Types lines that must succeed. Where one does not, the daemon's own words say why. */
  #all(lines: readonly Line[], failed: string): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      for (const line of lines)
        await this.stepper.must({ host: this.name, ...line, origin }, `${this.#daemon.id} ${failed}`);
    });
  }

  /** Types a line about a connection. One that is not declared may stand in a file: only the daemon knows whether it does. */
  #ask(
    name: string,
    lineFor: (view: View | undefined) => string,
    take: (done: DoneCommand) => void = () => {},
  ): Promise<CommandResult> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      if (!/^[\x21-\x7e]{1,128}$/.test(name)) {
        const message = `${excerptOf(name)} is no name of a connection: 1 to 128 printable ASCII characters without blanks`;
        throw new EspalierError('scenario', message, { ...origin, host: this.name });
      }
      const view = this.#views.flatMap(childViews).find(({ connection }) => connection.name === name);
      const line = lineFor(view);
      const result = await this.execAt(line, origin);
      take({ ...result, line });
      if (view === undefined && this.#daemon.control.unknownName.test(result.stdout)) {
        const declared = this.#views.map(({ connection }) => connection.name).join(', ') || 'none';
        const message = `neither the scenario nor the daemon's files have a connection ${name}; declared: ${declared}`;
        throw new EspalierError('scenario', message, {
          ...origin,
          host: this.name,
          command: line,
          output: result.stdout,
        });
      }
      return result;
    });
  }
}

/** A shell adds the number of the signal that ended a program. */
const signalled = 128;

/** The two SAs of a Child SA. One without its addresses is still one of its SPI. */
function sasOfChild({ protocol = 'esp', spiIn, spiOut, ike }: ChildSa, ikes: readonly IkeSa[]): SaName[] {
  const { local = '', remote = '' } = ikes.find(({ id }) => id === ike) ?? {};
  const ends = [
    [spiIn, local],
    [spiOut, remote],
  ] as const;
  return ends.flatMap(([spi, destination]) => (spi === undefined ? [] : [{ protocol, spi, destination }]));
}

/** Lines that are shown of what a daemon said. */
const endLines = 5;

/** The end of what a command that failed left. */
function endOf({ line, status, stdout }: DoneCommand): string {
  return [`\`${line}\` failed (exit status ${status}):`, ...linesOf(stdout).slice(-endLines)].join('\n');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

/** Of a log that match one pattern; more would be a mistake of the pattern. */
const mostLines = 10_000;

function grepPattern(what: string | RegExp, origin: Origin): string {
  return typeof what === 'string' ? `-F -e ${shellWord(what)}` : perlPattern(what, origin);
}

/** A pattern as `grep` takes it, line by line. Throws `scenario` for a flag that would mean something else there. */
function perlPattern({ source, flags }: RegExp, origin: Origin): string {
  if (flags !== '' && flags !== 'i') {
    throw new EspalierError('scenario', `the pattern has the flags ${JSON.stringify(flags)}`, {
      ...origin,
      remedy: 'use no flag or only i: the log is searched line by line',
    });
  }
  return `${flags === 'i' ? '-i ' : ''}-P -e ${shellWord(source)}`;
}
