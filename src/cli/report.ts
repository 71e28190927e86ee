import type { Command } from 'commander';
import type { ReportOptions } from '../session/commands/stored-run.ts';

const examples = `
Examples:
  espalier report latest
  espalier report latest --full
  espalier report latest --compare 2026-11-21_06-39-09 --history
  espalier report latest --reporter junit=junit.xml
  espalier report espalier-runs/2026-11-21_06-39-09_1f2e`;

/** `espalier report`: views of a stored run. */
export function register(program: Command): void {
  program
    .command('report')
    .description('show a stored run again, and write its pages')
    .argument('[run]', 'a run folder, its id, or `latest`', 'latest')
    .option(
      '--reporter <names>',
      'list, line, dot, matrix, json, junit, tap; comma separated, NAME=FILE for a file',
      'list',
    )
    .option('--full', 'consoles, logs and downloads of tests that passed, too')
    .option('--compare <run>', 'a page about what differs from that run')
    .option('--history', 'pages about its tests in all stored runs')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', examples)
    .action(async (run: string, options: ReportOptions) => {
      const { reportCommand } = await import('../session/commands/stored-run.ts');
      process.exitCode = await reportCommand(run, options);
    });
}
