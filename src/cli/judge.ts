import type { Command } from 'commander';

const examples = `
Examples:
  espalier judge latest
  espalier judge latest --suite ~/libreswan/testing/pluto`;

/** `espalier judge`: verdicts again, from the files of a stored run. */
export function register(program: Command): void {
  program
    .command('judge')
    .description('judge a stored run again, without booting anything')
    .argument('<run>', 'a run folder, its id, or `latest`')
    .option('--suite <dir>', "compare with this tree's references instead of those stored with the run")
    .option(
      '--reporter <names>',
      'list, line, dot, matrix, json, junit, tap; comma separated, NAME=FILE for a file',
      'list',
    )
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', examples)
    .action(async (run: string, options: { suite?: string; reporter: string; output?: string }) => {
      const { judgeCommand } = await import('../session/commands/stored-run.ts');
      process.exitCode = await judgeCommand(run, options);
    });
}
