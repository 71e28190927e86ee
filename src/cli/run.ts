import type { Command } from 'commander';
import type { RawRunOptions } from '../session/options.ts';

const examples = `
Selectors: SUITE, SUITE:NAME, or with * and ?; none means \`examples\`.

Examples:
  espalier run                                  the bundled examples
  espalier run libreswan                        all tests that TESTLIST marks good
  espalier run libreswan:basic-pluto-01
  espalier run 'libreswan:ikev2-algo-*' -j 4
  espalier run libreswan -g nat --status all
  espalier run libreswan --shard 1/4 --reporter list,junit=junit.xml
  espalier run libreswan --repeat-each 2 --seed 7
  espalier run libreswan:ikev2-05-basic-psk --seeds 5
  espalier run libreswan --kernel ~/linux --suite ~/libreswan/testing/pluto --overlay ~/build
  espalier run --last-failed
  espalier run --resume latest`;

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** `espalier run`: also what `espalier` alone does. */
export function register(program: Command): void {
  program
    .command('run', { isDefault: true })
    .description('run scenarios and judge them')
    .argument('[selector...]', 'what to run')
    .option('-g, --grep <regexp>', 'only scenarios whose suite:name matches')
    .option('--grep-invert <regexp>', 'only scenarios whose suite:name does not match')
    .option('--status <word>', 'only scenarios of this status in their suite, or `all`', 'good')
    .option('--last-failed', 'only what was not as expected in the last run')
    .option('--shard <i/n>', 'the i-th of n parts')
    .option('--list', 'say what would run, and stop')
    .option('-j, --jobs <n>', 'labs at once (default: one per core, as memory allows)')
    .option('--seed <n>', 'seed of all randomness in the labs; `random` draws one, `none` uses none', '1')
    .option('--seeds <n>', 'run each with n seeds, from --seed on, and tell whose word depends on chance')
    .option('--repeat-each <n>', 'run each n times; runs of one seed must agree byte for byte', '1')
    .option('--retries <n>', 'run again what was not as expected, up to n times; every attempt is kept', '0')
    .option('--gap <ms>', 'time in the lab between two commands (default: the suite says)')
    .option('--timeout <seconds>', 'time in the lab that one command may take (default: the suite says)')
    .option('--max-failures <n>', 'stop after n scenarios that are not as expected')
    .option('-x', 'same as --max-failures 1')
    .option('--baseline <run|file>', 'results to compare with; what is as there is as expected')
    .option('--kernel <dir|file>', 'kernel tree or binary to run on')
    .option('--suite <dir>', "a checkout's own suite instead of the packaged one")
    .option('--overlay <dir|tar>', 'lay files over the image of every host, or HOST=PATH of one (repeatable)', collect)
    .option('--helpers <origin>', "`upstream`: the suite's own helper programs instead of ours")
    .option('--substrate <name>', 'what makes hosts real (default: User Mode Linux)')
    .option('--reporter <names>', 'list, line, dot, matrix, json, junit, tap; comma separated, NAME=FILE for a file')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .option('--resume <run>', 'go on with a run that was stopped: a folder, an id or `latest`')
    .addHelpText('after', examples)
    .action(async (selectors: string[], options: RawRunOptions, command: Command) => {
      const { runCommand } = await import('../session/commands/run.ts');
      const given = Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli');
      process.exitCode = await runCommand(selectors, options, given);
    });
}
