import type { Command } from 'commander';
import type { ReportOptions } from '../session/commands/stored-run.ts';
import { type Help, withHelp } from './help.ts';
import { collect, outputOption, reporterOption } from './shared-options.ts';

const help: Help = {
  details: ['Writes <run>/report/, which opens from disk: index.html. docs/report.md describes the pages.'],
  examples: [
    'espalier report latest',
    'espalier report latest --full',
    'espalier report latest --compare 2026-11-21_06-39-09 --history',
    'espalier report latest --reporter junit=junit.xml',
  ],
};

/** `espalier report`: views of a stored run. */
export function register(program: Command): void {
  withHelp(program.command('report'), help)
    .description('print the results of a stored run again, and write its pages')
    .argument('[run]', 'a run: its folder, its id, or `latest`', 'latest')
    .option(...reporterOption, 'list')
    .option('--full', 'include consoles, logs and downloads of passed tests')
    .option(
      '--compare <run>',
      'add a page with the differences from this run, and others side by side (repeatable)',
      collect,
    )
    .option('--history', 'add pages with the history of its tests in all stored runs')
    .option(...outputOption)
    .action(async (run: string, options: ReportOptions) => {
      const { reportCommand } = await import('../session/commands/stored-run.ts');
      process.exitCode = await reportCommand(run, options);
    });
}
