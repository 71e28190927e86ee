import type { Command } from 'commander';
import { EspalierError } from '../base/errors.ts';
import type { RawRunOptions } from '../session/options.ts';
import { type Help, withHelp } from './help.ts';
import {
  checkersOption,
  collect,
  farmOption,
  flavourOption,
  grepInvertOption,
  grepOption,
  kconfigOption,
  kernelOption,
  outputOption,
  overlayOption,
  reporterOption,
  shardOption,
  sourceOption,
  statusOption,
  suiteOption,
  trustOption,
} from './shared-options.ts';

const help: Help = {
  details: [
    'A selector is SUITE or SUITE:NAME, with * and ?; or a file or folder of scenarios. Without one, `examples` runs.',
    'Results, captures and consoles are stored in a folder of their own (docs/run-format.md); the last line names the report.',
  ],
  examples: [
    ['espalier run', 'the bundled examples'],
    ['espalier run libreswan', 'all tests that TESTLIST marks good'],
    'espalier run libreswan:basic-pluto-01',
    "espalier run 'libreswan:ikev2-algo-*' -j 4",
    'espalier run libreswan -g nat --status all',
    'espalier run libreswan --shard 1/4 --reporter list,junit=junit.xml',
    'espalier run libreswan --repeat-each 2 --seed 7',
    'espalier run libreswan:ikev2-05-basic-psk --seeds 5',
    ['espalier run --source libreswan=~/libreswan', "build a checkout and run its own suite's good tests"],
    'espalier run libreswan --kernel ~/linux --suite ~/libreswan --overlay ~/build',
    ['espalier run --source libreswan=. --watch', 'again after each change'],
    ['git bisect run espalier run --bisect-exit --source libreswan=. libreswan:NAME', 'docs/bisect.md'],
    ['espalier run conformance --coverage', 'which lines of net/xfrm no test reaches (docs/coverage.md)'],
    'espalier run --last-failed',
    'espalier run --resume latest',
  ],
};

/** `espalier run`: also what `espalier` alone does. */
export function register(program: Command): void {
  withHelp(program.command('run', { isDefault: true }), help)
    .description('run scenarios and judge them; what `espalier` does without a command')
    .argument('[selector...]', 'SUITE, SUITE:NAME, a file or a folder')
    .option(...grepOption)
    .option(...grepInvertOption)
    .option(...statusOption, 'good')
    .option('--last-failed', 'only scenarios with an unexpected result in the last run')
    .option(...shardOption)
    .option('--list', 'only list what would run')
    .option('-j, --jobs <n>', 'labs at the same time (default: one per core, if memory allows)')
    .option('--seed <n>', 'seed of all randomness in the labs; `random` draws one; `none`: labs do not repeat', '1')
    .option('--seeds <n>', 'run each with n seeds, from --seed on, and list tests whose word depends on the seed')
    .option('--repeat-each <n>', 'run each n times; attempts with the same seed must be byte-identical', '1')
    .option('--retries <n>', 'repeat unexpected results up to n times; every attempt is kept', '0')
    .option('--gap <ms>', 'virtual time between two commands (default: set by the suite)')
    .option(
      '--machines <cpus=n,memory=mib>',
      'processors and memory of each host, where hosts are machines (substrate qemu)',
    )
    .option('--timeout <seconds>', 'virtual time that one command may take (default: set by the suite)')
    .option('--faults <file>', 'lose, delay, double or change single packets as a plan says (docs/scenarios.md)')
    .option('--coverage', 'count which code of the kernel under test runs, on a kernel built for it (docs/coverage.md)')
    .option('--max-failures <n>', 'stop after n unexpected results')
    .option('-x', 'same as --max-failures 1')
    .option('--failed-first', 'begin with the tests that failed in the last run, then the shortest')
    .option('--watch', 'run again after each change of your tree, suite or scenarios (as --failed-first)')
    .option('--bisect-exit', 'exit codes for `git bisect run`: 0 good, 1 bad, 125 cannot be tested, 129 stop')
    .option('--baseline <run|file>', 'earlier results; tests with the same verdict count as expected')
    .option(...kernelOption)
    .option(...kconfigOption)
    .option(...checkersOption)
    .option(...suiteOption)
    .option(...overlayOption, collect)
    .option(...sourceOption, collect)
    .option(...flavourOption)
    .option('--helpers <origin>', "`upstream`: use the suite's own helper programs, not Espalier's replacements")
    .option('--substrate <name>', 'what makes the hosts; `fake`: tests of Espalier itself (default: User Mode Linux)')
    .option(...reporterOption)
    .option(...outputOption)
    .option(...farmOption)
    .option('--farm-labels <names>', 'labels that workers must have, separated by commas')
    .option('--spread', 'have the attempts of a test (--repeat-each) made by different machines of the farm')
    .option('--detach', 'leave the run to the farm once it has all of it')
    .option('--attach <run>', 'collect the results of a run that was left to the farm')
    .option('--resume <run>', 'continue a run that was stopped: its folder, its id, or `latest`')
    .option(...trustOption)
    .action(async (selectors: string[], options: RawRunOptions, command: Command) => {
      if (options.list && options.bisectExit) throw new EspalierError('usage', '--bisect-exit: --list runs no test');
      if (options.list && options.resume === undefined && options.attach === undefined) {
        const { listSelected } = await import('../session/commands/list.ts');
        process.exitCode = await listSelected(selectors, options);
        return;
      }
      if (options.watch) {
        const { watchCommand } = await import('../session/commands/watch.ts');
        process.exitCode = await watchCommand(selectors, options);
        return;
      }
      const { runCommand } = await import('../session/commands/run.ts');
      const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli');
      process.exitCode = await runCommand(selectors, options, given);
    });
}
