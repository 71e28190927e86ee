import type { Command } from 'commander';
import type { HistoryOptions } from '../session/commands/history.ts';

const details = `
Of a test: its word in each stored run with durations (virtual, wall), where it flipped, since when it does not pass, and what
was new in that run: kernel, image, overlay, suite. Of a suite: its runs with their totals, and the tests that flipped.
\`unresolved\` and \`unsupported\` say nothing about a test, so nothing flips by them.

Examples:
  espalier history libreswan:ikev2-05-basic-psk
  espalier history libreswan
  espalier history libreswan --json | jq '.tests[] | select(.flips > 1) | .name'`;

/** `espalier history`: what stored runs say about a test or a suite. */
export function register(program: Command): void {
  program
    .command('history')
    .description('show a test through all stored runs: its words, flips, durations, and since when it does not pass')
    .argument('<test>', 'SUITE:NAME, or SUITE')
    .option('--json', 'for programs')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', details)
    .action(async (test: string, options: HistoryOptions) => {
      const { historyCommand } = await import('../session/commands/history.ts');
      await historyCommand(test, options);
    });
}
