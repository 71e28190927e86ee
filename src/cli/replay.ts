import type { Command } from 'commander';
import type { ReplayOptions } from '../session/commands/replay.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption, trustOption } from './shared-options.ts';

const help: Help = {
  details: ['Prints the first record or packet that differs, from both attempts.'],
  exitCodes: {
    0: 'the same bytes',
    1: 'not the same bytes',
    2: 'refused: the kernel, an image or the suite differs, or the run is a stranger’s; or a failure',
    3: 'wrong usage',
  },
  examples: [
    'espalier replay latest libreswan:ikev2-05-basic-psk',
    'espalier replay latest examples:psk --attempt 1',
    'espalier replay espalier-runs/2026-11-21_06-39-09-012_1f2e examples:psk --force',
  ],
};

/** `espalier replay`: a stored attempt once more, which must give the same bytes. */
export function register(program: Command): void {
  withHelp(program.command('replay'), help)
    .description('run a stored attempt again with its seed, and compare byte for byte')
    .argument('<run>', 'a run: its folder, its id, or `latest`')
    .argument('<test>', 'SUITE:NAME')
    .option('--attempt <n>', 'which attempt (default: the last)')
    .option('--force', 'replay even if the kernel, an image or the suite differs')
    .option(...trustOption)
    .option(...outputOption)
    .action(async (run: string, test: string, options: ReplayOptions) => {
      const { replayCommand } = await import('../session/commands/replay.ts');
      process.exitCode = await replayCommand(run, test, options);
    });
}
