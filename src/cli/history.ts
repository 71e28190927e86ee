import type { Command } from 'commander';
import type { HistoryOptions } from '../session/commands/history.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'For a test: its word in each stored run with durations and with the CPU time of its parts, the runs in which it flipped (started or stopped passing), since when it does not pass, and what was new in that run: kernel, images, overlays, suite. For a suite: its runs with their totals, and the tests that flipped.',
    '`unresolved` and `unsupported` say nothing about a test, so they are not flips.',
  ],
  examples: [
    'espalier history libreswan:ikev2-05-basic-psk',
    'espalier history libreswan',
    "espalier history libreswan --json | jq '.tests[] | select(.flips > 1) | .name'",
  ],
};

/** `espalier history`: what stored runs say about a test or a suite. */
export function register(program: Command): void {
  withHelp(program.command('history'), help)
    .description('show one test, or one suite, in all stored runs')
    .argument('<test>', 'SUITE:NAME, or SUITE')
    .option('--json', 'print JSON')
    .option(...outputOption)
    .action(async (test: string, options: HistoryOptions) => {
      const { historyCommand } = await import('../session/commands/history.ts');
      await historyCommand(test, options);
    });
}
