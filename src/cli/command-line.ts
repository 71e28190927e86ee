import { CommanderError } from 'commander';
import { describeError, EspalierError, type Fault, Untestable } from '../base/errors.ts';
import { watchForInterruption } from '../base/interruption.ts';
import { visible } from '../base/visible.ts';
import { commandLine } from './program.ts';

const exitCodeOfFault: Readonly<Record<Fault, number>> = {
  usage: 3,
  scenario: 2,
  guest: 2,
  infrastructure: 2,
  cancelled: 130,
  bug: 2,
};

/** Runs one command line and sets the exit code of this process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', passOverClosedPipe);
  watchForInterruption();
  process.exitCode = await exitCodeOf(argv);
}

/**
 * What stopped a command, for `git bisect run`: it takes any code below 128 but 125 for a bad commit (src/session/bisect/exit-code.ts).
 */
function bisectCode(error: unknown, code: number): number {
  if (error instanceof Untestable) return 125;
  return code === 0 || code >= 128 ? code : 129;
}

async function exitCodeOf(argv: readonly string[]): Promise<number> {
  const codeFor = (error: unknown, code: number): number =>
    argv.includes('--bisect-exit') ? bisectCode(error, code) : code;
  try {
    await commandLine().parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help asked for is an answer (0); help shown because no command was named is a mistake.
      return codeFor(error, error.exitCode === 0 ? 0 : 3);
    }
    process.stderr.write(`${visible(describeError(error))}\n`);
    return codeFor(error, error instanceof EspalierError ? exitCodeOfFault[error.fault] : 2);
  }
}

/** Whoever read the output has gone (`| head`). A run goes on without: its folder is worth more than its lines. */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
