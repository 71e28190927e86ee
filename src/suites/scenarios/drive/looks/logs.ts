import { EspalierError } from '../../../../base/errors.ts';
import { isFork } from '../../../../evidence/attempt/deaths.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { CommandResult } from '../../api/handles.ts';
import type { DeathOptions, OrderOptions, Within } from '../../api/matchers.ts';
import { callerOrigin } from '../../api/origin.ts';
import type { Look } from '../check-book.ts';
import { DrivenDaemonHost } from '../daemon-host.ts';
import type { DrivenHost } from '../host.ts';
import { type Condition, lastLine, type MatcherInputs, patternText } from './looking.ts';

/** The host's handle, if it has a daemon. Raises `scenario` where it has none. */
export function daemonHost(host: DrivenHost, origin: Origin): DrivenDaemonHost {
  if (host instanceof DrivenDaemonHost) return host;
  throw new EspalierError('scenario', 'the host has no IKE daemon', { ...origin, host: host.name });
}

/** A log that is not there says neither that a line was logged nor that it was not. */
function unsearched({ log }: DrivenDaemonHost, { status, stdout }: CommandResult): Look {
  const said = stdout === '' ? '' : `: ${lastLine(stdout)}`;
  return { holds: undefined, received: `${log} could not be searched (exit status ${status})${said}` };
}

/** `toHaveLogged`. */
export function loggedCondition({ host }: MatcherInputs, what: string | RegExp, wait: Within): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    const daemon = daemonHost(host, origin);
    const found = await daemon.firstLogged(what, origin);
    if ('failed' in found) return unsearched(daemon, found.failed);
    const [line] = found.list;
    return { holds: line !== undefined, received: line ?? 'no such line' };
  };
  return {
    matcher: 'toHaveLogged',
    expected: `a log line with ${typeof what === 'string' ? what : String(what)}`,
    look,
    wait,
  };
}

/** `toHaveLoggedInOrder`. */
export function orderCondition(
  { host }: MatcherInputs,
  lines: readonly (string | RegExp)[],
  options: OrderOptions,
): Condition {
  const { neverBetween, ...wait } = options;
  const look = async (origin: Origin): Promise<Look> => {
    const daemon = daemonHost(host, origin);
    const found: (readonly number[])[] = [];
    for (const line of [...lines, ...(neverBetween === undefined ? [] : [neverBetween])]) {
      const numbers = await daemon.logLines(line, origin);
      if ('failed' in numbers) return unsearched(daemon, numbers.failed);
      found.push(numbers.list);
    }
    return orderLook(lines, found.slice(0, lines.length), found[lines.length] ?? []);
  };
  const between = neverBetween === undefined ? '' : `, never ${patternText(neverBetween)} between them`;
  const expected = `log lines with ${lines.map(patternText).join(', then ')}${between}`;
  return { matcher: 'toHaveLoggedInOrder', expected, look, wait };
}

/** Whether there is a chain of the lines' numbers that ascends, and none of those forbidden between its ends. */
export function orderLook(
  lines: readonly (string | RegExp)[],
  found: readonly (readonly number[])[],
  forbidden: readonly number[],
): Look {
  const [first = [], ...others] = found;
  let farthest = 0;
  let disturbed: string | undefined;
  for (const start of first) {
    const chain = [start];
    for (const numbers of others) {
      const next = numbers.find((number) => number > (chain.at(-1) ?? 0));
      if (next === undefined) break;
      chain.push(next);
    }
    farthest = Math.max(farthest, chain.length);
    if (chain.length < lines.length) continue;
    const end = chain.at(-1) ?? start;
    const between = forbidden.find((number) => number > start && number < end);
    if (between === undefined) return { holds: true, received: `lines ${chain.join(', ')} of the log` };
    disturbed ??= `lines ${chain.join(', ')} of the log, and line ${between} between them`;
  }
  const missing = lines[farthest];
  return {
    holds: false,
    received:
      disturbed ??
      `no line with ${missing === undefined ? '' : patternText(missing)}${farthest > 0 ? ' behind the one before' : ''}`,
  };
}

/** Bytes of a name that the kernel keeps (TASK_COMM_LEN, less the zero byte). */
const longestName = 15;

/** `toHaveDied`. */
export function deathCondition(inputs: MatcherInputs, options: DeathOptions): Condition {
  const { host, stepper } = inputs;
  const { program, signal, ...wait } = options;
  if (program !== undefined && Buffer.byteLength(program) > longestName) {
    const message = `${program} has more than ${longestName} bytes, which is all that the kernel keeps of a program's name`;
    const remedy = `name its first ${longestName} bytes`;
    throw new EspalierError('scenario', message, { ...callerOrigin(), host: host.name, remedy });
  }
  const look = async (origin: Origin): Promise<Look> => {
    host.requireRecords('toHaveDied', origin);
    const names = program === undefined ? daemonHost(host, origin).processes : [program];
    const ended = stepper.deaths(host.name).filter((death) => names.includes(death.program) && !isFork(death));
    const died = ended.filter((death) =>
      signal === undefined ? death.signal !== 0 || death.status !== 0 : death.signal === signal,
    );
    const shown = ended.map((death) =>
      death.signal === 0
        ? `${death.program} ended with status ${death.status}`
        : `${death.program} ended by signal ${death.signal}`,
    );
    return { holds: died.length > 0, received: shown.join('; ') || 'no death of it' };
  };
  const how = signal === undefined ? '' : ` of signal ${signal}`;
  return { matcher: 'toHaveDied', expected: `${program ?? 'the daemon'} to have died${how}`, look, wait };
}
