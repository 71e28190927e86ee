import { type Death, init } from '../../../evidence/attempt/deaths.ts';
import type { TypedCommand } from '../../../evidence/evidence.ts';
import type { Incident } from './incident.ts';
import { type SentSignals, sentSignals } from './sent-signals.ts';
import { dumpsCore, signalName } from './signals.ts';

/** By what deaths are judged. */
export interface DeathRules {
  /** In the order of their begin. */
  readonly commands: readonly TypedCommand[];
  /** Number of the record at which the post-mortem begins; infinite where there is none. */
  readonly postMortem: number;
  /** Names of daemons' processes. */
  readonly daemons: ReadonlySet<string>;
  /** Lines that end daemons, and lines that start them. */
  readonly endedBy: readonly RegExp[];
  readonly startedBy: readonly RegExp[];
  /**
   * A test whose command names a signal that dumps core means it: so in suites that cannot declare what they break. Who can,
   * has to.
   */
  readonly typedCoreIsMeant: boolean;
}

/**
 * A signal that dumps core is a fault of any process. Any other end is one of a daemon's process, unless a command caused it, and
 * until the post-mortem, which ends all daemons: who else was ended was so for reasons of the shell (`kill %1`, `timeout`, a pipe
 * that nobody reads).
 */
export function deathIncidents(deaths: readonly Death[], rules: DeathRules): Incident[] {
  const isOfDaemon = (death: Death): boolean => rules.daemons.has(death.program) && !isHelper(death, deaths);
  return deaths
    .filter((death) => dumpsCore(death.signal) || (death.sequence < rules.postMortem && isOfDaemon(death)))
    .map((death) => incidentOf(death, rules));
}

/**
 * A process that a daemon has for a task of its own, and that bears its name: the daemon ends it when the task is void (pluto
 * does so with PAM), and sees itself how it ended. It was forked, or the daemon of that name outlived it. A daemon that forked
 * into the background belongs to init.
 */
function isHelper({ host, program, forked, parent, sequence }: Death, deaths: readonly Death[]): boolean {
  if (parent === init) return false;
  const isItsDaemon = (one: Death): boolean =>
    one.host === host && one.pid === parent && one.program === program && one.sequence > sequence;
  return forked || deaths.some(isItsDaemon);
}

function incidentOf(death: Death, rules: DeathRules): Incident {
  const { host, time, program, pid, signal } = death;
  const command = rules.commands.findLast(({ begin }) => begin <= time)?.line;
  const excuse = dumpsCore(signal) ? excuseOfCore(death, rules) : excuseOfOther(death, rules);
  return {
    kind: signal === 0 ? 'daemon-ended' : 'died',
    host,
    time,
    ...(command !== undefined && { command }),
    message: `${program} (process ${pid}) ${endOf(death)}`,
    cause: `${program} ${signal}`,
    ...(excuse !== undefined && { excuse }),
  };
}

function endOf({ signal, core, status }: Death): string {
  if (signal === 0) return `ended by itself with status ${status}`;
  return `died of ${signalName(signal)}${core ? ', core dumped' : ''}`;
}

const sent = 'a command sends this signal';
/** What a daemon catches, to end in order. */
const asked: ReadonlySet<number> = new Set([1, 2, 3, 15]);

function excuseOfCore(death: Death, rules: DeathRules): string | undefined {
  if (!rules.typedCoreIsMeant) return undefined;
  // charon catches SIGSEGV and ends by SIGABRT: which one of them was named does not matter.
  return sendersOf(death, rules).some(({ named }) => [...named].some(dumpsCore)) ? sent : undefined;
}

function excuseOfOther(death: Death, rules: DeathRules): string | undefined {
  const { signal, status } = death;
  const senders = sendersOf(death, rules);
  if (signal !== 0) return senders.some(({ named, any }) => any || named.has(signal)) ? sent : undefined;
  if (senders.some(({ named, any }) => any || [...named].some((one) => asked.has(one)))) return 'a command ends it';
  // Who cannot start says so by his status.
  if (status === 0)
    return senders.some(({ byScript }) => byScript) ? 'a script of the test can have asked it' : undefined;
  const isStarting = atHand(death, rules, starting).some(
    ({ line, by }) => by !== 'look' && rules.startedBy.some((form) => form.test(line)),
  );
  return isStarting ? 'it ended while a command started it' : undefined;
}

/** Virtual nanoseconds in which a process may end upon a command that has ended. */
const settling = 10_000_000_000n;
/** Virtual nanoseconds in which a daemon that cannot start ends behind the command that started it: computing takes none. */
const starting = 1_000_000_000n;

/** What can have sent a signal: the test's commands on the same host, since others have no sight of its processes. */
function sendersOf(death: Death, rules: DeathRules): SentSignals[] {
  const before = rules.commands.filter(
    ({ host, begin, by }) => by === undefined && host === death.host && begin <= death.time,
  );
  const now = new Set(atHand(death, rules, settling));
  // Who is told to end may end others: a starter its daemon.
  const concerns = (word: string): boolean => [death.program, ...rules.daemons].some((name) => name.includes(word));
  return before.flatMap((command) => {
    const signals = sentSignals(command.line, { endedBy: rules.endedBy, concerns });
    return now.has(command) || signals.later ? [signals] : [];
  });
}

/** Commands of the host that run, or ended no longer ago than this. */
function atHand({ host, time }: Death, { commands }: DeathRules, after: bigint): TypedCommand[] {
  return commands.filter(
    (one) => one.host === host && one.begin <= time && (one.end === undefined || time <= one.end + after),
  );
}
