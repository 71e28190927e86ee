import type { Command } from 'commander';
import type { ReplayOptions } from '../session/commands/replay.ts';

const examples = `
Examples:
  espalier replay latest libreswan:ikev2-05-basic-psk
  espalier replay latest examples:psk --attempt 1
  espalier replay espalier-runs/2026-11-21_06-39-09-012_1f2e examples:psk --force

Exit codes: 0 the same bytes, 1 not the same, 2 refused, since the kernel, an image or the suite is another one.`;

/** `espalier replay`: a stored attempt once more, which must give the same bytes. */
export function register(program: Command): void {
  program
    .command('replay')
    .description('run a stored attempt again with its seed, and compare byte for byte')
    .argument('<run>', 'a run folder, its id, or `latest`')
    .argument('<test>', 'SUITE:NAME')
    .option('--attempt <n>', 'which attempt (default: the last)')
    .option('--force', 'run even where the kernel, an image or the suite is another one')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', examples)
    .action(async (run: string, test: string, options: ReplayOptions) => {
      const { replayCommand } = await import('../session/commands/replay.ts');
      process.exitCode = await replayCommand(run, test, options);
    });
}
