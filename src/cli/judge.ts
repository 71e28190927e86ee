import type { Command } from 'commander';
import type { JudgeRunOptions } from '../session/commands/stored-run.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption, reporterOption, trustOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Reads the files of the run only: what judging needs was stored with it. The verdicts are the same, byte for byte, unless Espalier or --suite changed.',
    'With --suite, a test that types other commands today is unresolved: run it again.',
  ],
  examples: ['espalier judge latest', 'espalier judge latest --suite ~/libreswan/testing/pluto'],
};

/** `espalier judge`: verdicts again, from the files of a stored run. */
export function register(program: Command): void {
  withHelp(program.command('judge'), help)
    .description('judge a stored run again, without booting a lab')
    .argument('<run>', 'a run: its folder, its id, or `latest`')
    .option('--suite <dir>', 'use the references of this checkout instead of those stored with the run')
    .option(...reporterOption, 'list')
    .option(...trustOption)
    .option(...outputOption)
    .action(async (run: string, options: JudgeRunOptions) => {
      const { judgeCommand } = await import('../session/commands/stored-run.ts');
      process.exitCode = await judgeCommand(run, options);
    });
}
