import type { Command } from 'commander';
import type { RawRunOptions } from '../session/options.ts';

const examples = `
Examples:
  espalier list                                 the suites there are
  espalier list libreswan
  espalier list 'libreswan:*nat*' --status all
  espalier list --suite ~/libreswan/testing/pluto`;

/** `espalier list`: what a suite holds, and what of it cannot run here. */
export function register(program: Command): void {
  program
    .command('list')
    .description('list scenarios with their status and hosts, or all suites')
    .argument('[selector...]', 'what to list; none: the suites themselves')
    .option('-g, --grep <regexp>', 'only scenarios whose suite:name matches')
    .option('--grep-invert <regexp>', 'only scenarios whose suite:name does not match')
    .option('--status <word>', 'only scenarios of this status in their suite, or `all`', 'good')
    .option('--suite <dir>', "a checkout's own suite instead of the packaged one")
    .option('--shard <i/n>', 'the i-th of n parts')
    .addHelpText('after', examples)
    .action(async (selectors: string[], options: Partial<RawRunOptions>) => {
      const { listCommand } = await import('../session/commands/list.ts');
      process.exitCode = await listCommand(selectors, options);
    });
}
