import type { Command } from 'commander';

const details = `
Shows the patch and asks. Without a terminal it only shows; --yes writes without asking.

Exit codes: 0 written, or nothing to do; 1 something was refused, or only shown; 2 trouble; 3 usage.

Examples:
  espalier accept latest examples:psk
  espalier accept latest 'libreswan:ikev2-*' --yes
  espalier accept latest --facts examples:psk
  espalier accept latest --major --suite ~/libreswan`;

/** `espalier accept`: a run's consoles and facts become the references. */
export function register(program: Command): void {
  program
    .command('accept')
    .description('make what a run received the reference of your own suite')
    .argument('<run>', 'a run folder, its id, or `latest`')
    .argument('[selector...]', 'which of its scenarios (default: all that are not as expected)')
    .option('--yes', 'do not ask')
    .option('--major', 'also what is `major` or `leak`')
    .option('--facts', 'also propose facts.json, the SAs and policies, for scenarios that have none; passed ones too')
    .option('--suite <dir>', "the suite's tree, where it is not the one that the run names")
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', details)
    .action(async (run: string, selectors: string[], options: object) => {
      const { acceptCommand } = await import('../session/commands/accept.ts');
      process.exitCode = await acceptCommand(run, selectors, options);
    });
}
