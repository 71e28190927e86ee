import type { Command } from 'commander';
import type { RawExploreOptions } from '../session/commands/explore.ts';
import { type Help, withHelp } from './help.ts';
import { collect, flavourOption, kernelOption, overlayOption, sourceOption, suiteOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Runs the test without a fault, then once for each fault of each IKE message that was sent, then with pairs of faults: behind a first one, each fault of what ' +
      'follows it. Faults around rekeys and deletes come first. A lab is broken if its verdict is crash, leak or major: by the oracles, or by the ' +
      "test's own checks.",
    'Each lab of a scenario in TypeScript goes on for a virtual minute behind its end. Then each Child SA of its connections that both ends have must carry a ping within two ' +
      'more minutes. A command may take 10 virtual minutes, so that daemons give up before it does.',
    'The table of messages and kinds shows what was tried: ok, the number of a failure, ? (unresolved), idle (the fault met no message), late (the lab ended ' +
      'within 60 virtual seconds of it, so that nothing judged it), or - (not tried).',
    'Each distinct failure is written as a plan with as few faults as show it. `run --faults` repeats it to the byte.',
  ],
  exitCodes: {
    0: 'every single fault was tried, and no plan breaks the test',
    1: 'some plans do',
    2: 'nothing was found, but the time was over before every single fault was tried, or labs were unresolved; or a failure of Espalier or of this machine',
    3: 'wrong usage, or a test that does not pass without a fault',
  },
  examples: [
    "espalier explore 'interop:libreswan-5.2 to strongswan-6.1.0, psk' --budget 10m",
    'espalier explore vpn:first --kinds drop,duplicate --no-pairs',
  ],
};

/** `espalier explore`: the message whose loss, delay or change breaks a test. */
export function register(program: Command): void {
  withHelp(program.command('explore'), help)
    .description('look for single packets whose loss, delay, duplication or change breaks a test')
    .argument('<test>', 'SUITE:NAME, FILE:NAME or FOLDER:NAME')
    .option('--budget <time>', 'no lab begins this long behind the one without a fault, such as 90s, 10m, 2h', '10m')
    .option('--kinds <names>', 'of drop, duplicate, delay, reorder, corrupt; separated by commas (default: all)')
    .option('--no-pairs', 'single faults only')
    .option('--out <dir>', 'folder for the plans that break it', 'espalier-faults')
    .option('-j, --jobs <n>', 'labs at the same time (default: one per core, if memory allows)')
    .option('--seed <n>', 'seed of all labs', '1')
    .option('--gap <ms>', 'virtual time between two commands (default: set by the suite)')
    .option('--timeout <seconds>', 'virtual time that one command may take (default: set by the suite)')
    .option(...kernelOption)
    .option(...suiteOption)
    .option(...overlayOption, collect)
    .option(...sourceOption, collect)
    .option(...flavourOption)
    .option('--substrate <name>', 'what makes the hosts (default: User Mode Linux)')
    .action(async (test: string, options: RawExploreOptions) => {
      const { exploreCommand } = await import('../session/commands/explore.ts');
      process.exitCode = await exploreCommand(test, options);
    });
}
