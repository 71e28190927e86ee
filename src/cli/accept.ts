import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';
import { outputOption, trustOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Shows the change as a patch and asks before it writes. Without a terminal it only shows the patch; --yes writes without asking.',
    'A change that several tests share is shown once.',
  ],
  exitCodes: {
    0: 'written, or nothing to do',
    1: 'something was refused, or only shown',
    2: 'a failure',
    3: 'wrong usage',
  },
  examples: [
    'espalier accept latest examples:psk',
    "espalier accept latest 'libreswan:ikev2-*' --yes",
    ['espalier accept latest --facts examples:psk', 'propose facts.json as well'],
    'espalier accept latest --major --suite ~/libreswan',
  ],
};

/** `espalier accept`: a run's consoles and facts become the references. */
export function register(program: Command): void {
  withHelp(program.command('accept'), help)
    .description('make the output of a run the new reference of your own suite')
    .argument('<run>', 'a run: its folder, its id, or `latest`')
    .argument('[selector...]', 'which of its scenarios (default: all with an unexpected result)')
    .option('--yes', 'do not ask')
    .option('--major', 'include results that are `major` or `leak`')
    .option(
      '--facts',
      'propose facts.json, the expected SAs and policies, for scenarios that have none, passed ones included',
    )
    .option('--suite <dir>', 'the suite to write to (default: the one of the run)')
    .option(...trustOption)
    .option(...outputOption)
    .action(async (run: string, selectors: string[], options: object) => {
      const { acceptCommand } = await import('../session/commands/accept.ts');
      process.exitCode = await acceptCommand(run, selectors, options);
    });
}
