import type { Command } from 'commander';
import type { RawRunOptions } from '../session/options.ts';
import { type Help, withHelp } from './help.ts';
import { grepInvertOption, grepOption, shardOption, statusOption, suiteOption } from './shared-options.ts';

const help: Help = {
  details: [
    'For each scenario: its status in the suite, its hosts, and, if it cannot run here, the reason. Also lists checks that can never fail.',
  ],
  examples: [
    ['espalier list', 'the suites'],
    'espalier list libreswan',
    "espalier list 'libreswan:*nat*' --status all",
    'espalier list --suite ~/libreswan/testing/pluto',
  ],
};

/** `espalier list`: what a suite holds, and what of it cannot run here. */
export function register(program: Command): void {
  withHelp(program.command('list'), help)
    .description('list suites, or the scenarios of a suite and which of them cannot run here')
    .argument('[selector...]', 'SUITE or SUITE:NAME, with * and ? (default: list the suites)')
    .option(...grepOption)
    .option(...grepInvertOption)
    .option(...statusOption, 'good')
    .option(...suiteOption)
    .option(...shardOption)
    .action(async (selectors: string[], options: Partial<RawRunOptions>) => {
      const { listCommand } = await import('../session/commands/list.ts');
      process.exitCode = await listCommand(selectors, options);
    });
}
