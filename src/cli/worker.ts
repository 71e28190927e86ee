import type { Command } from 'commander';
import type { WorkerCommandOptions } from '../session/commands/worker.ts';
import { type Help, withHelp } from './help.ts';
import { farmOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Needs no root, no database and no tools to build with: everything comes from the farm. SIGTERM or Ctrl-C ends it in order; its jobs go to others.',
  ],
  examples: ['espalier worker --farm https://farm:7443', 'espalier worker -j 8 --labels rack1,big'],
};

/** `espalier worker`: makes attempts for a farm. */
export function register(program: Command): void {
  withHelp(program.command('worker'), help)
    .description('make attempts for a farm')
    .option(...farmOption)
    .option('-j, --jobs <n>', 'labs at the same time (default: one per core, if memory allows)')
    .option('--labels <names>', 'labels that runs can ask for, separated by commas')
    .option('--name <name>', 'name in the farm (default: host and process)')
    .option('--machine <name>', 'workers with the same name share hardware (default: the host)')
    .option('--cache-limit <GiB>', 'size of the cache of kernels, images and files', '20')
    .option('--drain <seconds>', 'time that attempts get to end once the worker is to stop', '30')
    .action(async (options: WorkerCommandOptions) => {
      const { workerCommand } = await import('../session/commands/worker.ts');
      process.exitCode = await workerCommand(options);
    });
}
