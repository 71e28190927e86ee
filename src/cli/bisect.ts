import type { Command } from 'commander';
import type { RawBisectOptions } from '../session/bisect/order.ts';
import { type Help, withHelp } from './help.ts';
import {
  checkersOption,
  collect,
  flavourOption,
  kconfigOption,
  kernelOption,
  outputOption,
  overlayOption,
  sourceOption,
  suiteOption,
} from './shared-options.ts';

const help: Help = {
  details: [
    'Drives `git bisect` in a repository of its own that borrows the objects of yours: your work tree, branches and bisects are not touched. Each step builds a commit and runs the test with one seed, and is stored as an ordinary run.',
    'The test is tried at --bad first. A commit is bad if it fails in the same way (same word, same first issue), good if it passes or ends as --good does, and is skipped if it does not build or fails in another way. If --bad is older than --good, the commit that mended the failure is searched.',
    'More in docs/bisect.md.',
  ],
  exitCodes: {
    0: 'the commit was found',
    1: 'not found: commits that could not be tried are left',
    2: 'a failure',
    3: 'wrong usage, or an end is not what it is said to be',
    130: 'interrupted; the command that goes on is printed',
  },
  examples: [
    'espalier bisect --source libreswan=~/libreswan --good v5.2 --bad HEAD libreswan:basic-pluto-01',
    ['espalier bisect --source libreswan=. --bad v5.2 --good HEAD libreswan:NAME', 'which commit mended it'],
    'espalier bisect --source strongswan=~/strongswan --good 6.0.1 strongswan-built:ikev2/rw-cert',
    'espalier bisect --source linux=~/linux --good v6.12 --bad v6.13 examples:psk',
    'espalier bisect --source libreswan=. --good v5.2 --suite-of good libreswan:NAME',
  ],
};

/** `espalier bisect`: the commit with which a test began to fail, or stopped failing. */
export function register(program: Command): void {
  withHelp(program.command('bisect'), help)
    .description('find the commit of a source tree with which a test began to fail')
    .argument('<test>', 'SUITE:NAME')
    .option(...sourceOption, collect)
    .option('--good <commit>', 'where the test passes (repeatable)', collect)
    .option('--bad <commit>', 'where it fails (default: HEAD)')
    .option(
      '--suite-of <commit>',
      'whose tests are run: `good`, `bad`, a commit, or `each`: the own ones of each (default: of the newer side)',
    )
    .option(
      '--same <what>',
      'what makes two failures the same: issue, word alone, or `any`: every failure is bad',
      'issue',
    )
    .option('--seed <n>', 'seed of all randomness in the labs', '1')
    .option('--timeout <seconds>', 'virtual time that one command may take (default: set by the suite)')
    .option('--gap <ms>', 'virtual time between two commands (default: set by the suite)')
    .option(...kernelOption)
    .option(...kconfigOption)
    .option(...checkersOption)
    .option(...suiteOption)
    .option(...overlayOption, collect)
    .option(...flavourOption)
    .option('--helpers <origin>', "`upstream`: use the suite's own helper programs, not Espalier's replacements")
    .option('--substrate <name>', 'what makes the hosts; `fake`: tests of Espalier itself (default: User Mode Linux)')
    .option(...outputOption)
    .action(async (test: string, options: RawBisectOptions) => {
      const { bisectCommand } = await import('../session/commands/bisect.ts');
      process.exitCode = await bisectCommand(test, options);
    });
}
