import type { Command } from 'commander';
import type { CompareOptions } from '../session/commands/compare.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'A test is slower if it has the same word, and its last attempt takes --ratio times as long and at least a second more. Time in the lab does not depend on the load of the machine; wall and CPU time do.',
  ],
  exitCodes: {
    0: 'nothing is worse (slower tests and tests of only one run do not count)',
    1: 'a test fails newly or in another way, or passed and is unsupported now',
    2: 'a failure',
    3: 'wrong usage',
  },
  examples: [
    'espalier compare 2026-11-21_06-39-09 latest',
    'espalier compare 2026-11-21_06-39-09 latest --by cpu --ratio 1.2',
    'espalier compare ../other/espalier-runs/2026-11-21_06-39-09-120_1f2e latest --json',
  ],
};

/** `espalier compare`: what is otherwise in a run than in another. */
export function register(program: Command): void {
  withHelp(program.command('compare'), help)
    .description(
      'compare two stored runs: tests that fail newly, pass newly, changed, are slower, or are in only one of them',
    )
    .argument('<before>', 'a run: its folder, its id, or the beginning of its id')
    .argument('<run>', 'the same, or `latest`')
    .option('--by <time>', 'which durations: virtual, wall or cpu', 'virtual')
    .option('--ratio <n>', 'a test is slower if it takes this many times as long', '1.5')
    .option('--json', 'print JSON')
    .option(...outputOption)
    .action(async (before: string, run: string, options: CompareOptions) => {
      const { compareCommand } = await import('../session/commands/compare.ts');
      process.exitCode = compareCommand(before, run, options);
    });
}
