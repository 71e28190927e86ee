import type { Command } from 'commander';
import type { CompareOptions } from '../session/commands/compare.ts';

const details = `
A test is slower where its last attempt takes --ratio times as long as before with the same word, and at least a second more.
Time in the lab is no matter of the machine's load; \`wall\` and \`cpu\` are.

Exit codes: 0 nothing is worse; 1 tests fail newly or in another way, or passed and are
unsupported; 2 trouble; 3 usage. Slower tests, and tests of one run
alone, do not count.

Examples:
  espalier compare 2026-11-21_06-39-09 latest
  espalier compare 2026-11-21_06-39-09 latest --by cpu --ratio 1.2
  espalier compare ../other/espalier-runs/2026-11-21_06-39-09-120_1f2e latest --json`;

/** `espalier compare`: what is otherwise in a run than in another. */
export function register(program: Command): void {
  program
    .command('compare')
    .description('compare two stored runs: newly failing, newly passing, changed, slower, and tests of one alone')
    .argument('<before>', 'a run folder, its id, the beginning of one')
    .argument('<run>', 'the same, or `latest`')
    .option('--by <time>', 'durations to compare: virtual, wall or cpu', 'virtual')
    .option('--ratio <n>', 'how many times as long is slower', '1.5')
    .option('--json', 'for programs')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', details)
    .action(async (before: string, run: string, options: CompareOptions) => {
      const { compareCommand } = await import('../session/commands/compare.ts');
      process.exitCode = compareCommand(before, run, options);
    });
}
