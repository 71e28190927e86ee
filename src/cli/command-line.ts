import { CommanderError } from 'commander';
import { describeError, EspalierError, type Fault } from '../base/errors.ts';
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
  watchForInterruption();
  process.exitCode = await exitCodeOf(argv);
}

async function exitCodeOf(argv: readonly string[]): Promise<number> {
  try {
    await commandLine().parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help asked for is an answer (0); help shown because no command was named is a mistake.
      return error.exitCode === 0 ? 0 : 3;
    }
    process.stderr.write(`${visible(describeError(error))}\n`);
    return error instanceof EspalierError ? exitCodeOfFault[error.fault] : 2;
  }
}
