import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { EspalierError } from './errors.ts';
import { leaveInterrupts } from './interruption.ts';

/** How a program is run that a person may talk to. */
export interface AtTerminal {
  /** It reads from the terminal, and Ctrl-C is its own; else it has no input. */
  readonly reads: boolean;
  /** Called when it writes to its descriptor 3, from which it reads a line before it goes on; what this throws ends it. */
  readonly ready: () => void;
}

/** Runs a program that writes where Espalier does, and gives its exit code, or the name of the signal that ended it. It ends with Espalier. */
export function runAtTerminal(command: string, args: readonly string[], how: AtTerminal): Promise<number | string> {
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  const interrupts = how.reads ? leaveInterrupts() : undefined;
  const stdio = [how.reads ? 'inherit' : 'ignore', 'inherit', 'inherit', 'pipe'] as const;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio: [...stdio] });
  const talk = child.stdio[3] as Duplex;
  // It may end at any time.
  talk.on('error', () => {});
  talk.once('data', () => {
    try {
      how.ready();
      talk.write('\n');
    } catch (error) {
      child.kill('SIGKILL');
      reject(error);
    }
  });
  child.once('error', (cause) =>
    reject(new EspalierError('infrastructure', `cannot start ${command}: ${cause.message}`, { command, cause })),
  );
  child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  return promise.finally(() => interrupts?.[Symbol.dispose]());
}
