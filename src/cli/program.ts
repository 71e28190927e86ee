import { Command } from 'commander';
import { version } from '../base/version.ts';
import * as accept from './accept.ts';
import * as bench from './bench.ts';
import * as bisect from './bisect.ts';
import * as compare from './compare.ts';
import * as doctor from './doctor.ts';
import * as explore from './explore.ts';
import * as farm from './farm.ts';
import * as gdb from './gdb.ts';
import { exitCodes, exitCodesText, wrapped } from './help.ts';
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
import * as stacks from './stacks.ts';
import * as system from './system.ts';
import * as worker from './worker.ts';

/**
 * The subcommands, in the order of --help. Such a file declares its options and imports what
 * does the work only inside its action, so that help and completion stay instant.
 */
const commands: readonly { register(program: Command): void }[] = [
  run,
  init,
  shell,
  gdb,
  list,
  judge,
  accept,
  report,
  history,
  compare,
  bisect,
  serve,
  pcap,
  replay,
  explore,
  stacks,
  bench,
  kernel,
  image,
  system,
  farm,
  worker,
  reindex,
  prune,
  doctor,
];

/** The whole command line, declared. Parsing throws a CommanderError where commander would end the process. */
export function commandLine(): Command {
  const program = new Command('espalier')
    .description('A test lab for IPsec: real daemons, a real kernel, virtual time, no root.')
    .helpCommand('help [command]', 'show the help of a command')
    .version(`espalier ${version()}`, '-V, --version', 'print the version')
    .addHelpText('after', `\n${wrapped(exitCodesText(exitCodes))}`);
  // Before the subcommands, which inherit it.
  program
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'espalier: ')) });
  for (const command of commands) command.register(program);
  return program;
}
