import { Command, CommanderError } from 'commander';
import { describeError, EspalierError, type Fault } from '../base/errors.ts';
import { watchForInterruption } from '../base/interruption.ts';
import { version } from '../base/version.ts';
import * as accept from './accept.ts';
import * as compare from './compare.ts';
import * as doctor from './doctor.ts';
import * as history from './history.ts';
import * as image from './image.ts';
import * as init from './init.ts';
import * as judge from './judge.ts';
import * as kernel from './kernel.ts';
import * as list from './list.ts';
import * as pcap from './pcap.ts';
import * as prune from './prune.ts';
import * as reindex from './reindex.ts';
import * as replay from './replay.ts';
import * as report from './report.ts';
import * as run from './run.ts';
import * as serve from './serve.ts';
import * as shell from './shell.ts';

/**
 * The subcommands, in the order of --help. Such a file declares its options and imports what
 * does the work only inside its action, so that help and completion stay instant.
 */
const commands: readonly { register(program: Command): void }[] = [
  run,
  init,
  shell,
  list,
  judge,
  accept,
  report,
  history,
  compare,
  serve,
  pcap,
  replay,
  kernel,
  image,
  reindex,
  prune,
  doctor,
];

const exitCodeOfFault: Readonly<Record<Fault, number>> = {
  usage: 3,
  scenario: 2,
  guest: 2,
  infrastructure: 2,
  cancelled: 130,
  bug: 2,
};

/** Runs one command line; the result is the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('espalier')
    .description('A test lab for IPsec: real daemons, a real kernel, virtual time, no root.')
    .helpCommand('help [command]', 'show the help of a command')
    .version(`espalier ${version()}`, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\nExit codes: 0 all as expected, 1 some tests not, 2 trouble in Espalier or missing set-up, 3 usage, 130 interrupted.',
    );
  program
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'espalier: ')) });
  for (const command of commands) command.register(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help asked for is an answer (0); help shown because no command was named is a mistake.
      return error.exitCode === 0 ? 0 : 3;
    }
    process.stderr.write(`${describeError(error)}\n`);
    return error instanceof EspalierError ? exitCodeOfFault[error.fault] : 2;
  }
}

watchForInterruption();
process.exitCode = await main(process.argv.slice(2));
