import type { Command } from 'commander';
import type { CompareOptions } from '../session/commands/compare.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Two runs are compared test by test. Of more, a table shows the totals of each, and a letter per run shows the tests that have different verdicts; then the last is compared with the first.',
    'A test is slower if it has the same word, and its last attempt takes --ratio times as long and at least a second more. Time in the lab does not depend on the load of the machine; wall and CPU time do.',
  ],
  exitCodes: {
    0: 'nothing is worse in the last run than in the first (slower tests and tests of only one run do not count)',
    1: 'a test fails newly or in another way, or passed and is unsupported now',
    2: 'a failure',
    3: 'wrong usage',
  },
  examples: [
    'espalier compare 2026-11-21_06-39-09 latest',
    'espalier compare 2026-11-21_06-39-09 latest --by cpu --ratio 1.2',
    'espalier compare 2026-11-19 2026-11-20 2026-11-21 latest',
    'espalier compare ../other/espalier-runs/2026-11-21_06-39-09-120_1f2e latest --json',
  ],
};

/** `espalier compare`: what is otherwise in a run than in others. */
export function register(program: Command): void {
  withHelp(program.command('compare'), help)
    .description(
      'compare stored runs: tests that fail newly, pass newly, changed, are slower, or are in only one of them',
    )
    .argument('<before>', 'a run: its folder, its id, the beginning of its id, or `latest`')
    .argument('<run...>', 'the same: one to compare with the first, or more')
    .option('--by <time>', 'which durations: virtual, wall or cpu', 'virtual')
    .option('--ratio <n>', 'a test is slower if it takes this many times as long', '1.5')
    .option('--json', 'print JSON')
    .option(...outputOption)
    .action(async (before: string, runs: string[], options: CompareOptions) => {
      const { compareCommand } = await import('../session/commands/compare.ts');
      process.exitCode = compareCommand([before, ...runs], options);
    });
}
