import type { Command } from 'commander';
import type { RawShellOptions } from '../session/shell/shell.ts';

const examples = `
Examples:
  espalier shell libreswan:basic-pluto-01
  espalier shell libreswan:basic-pluto-01 --at 03-west-up.sh:1 --host west
  espalier shell vpn:psk                   (at the first check that fails, or at the end)
  echo 'ipsec trafficstatus' | espalier shell examples:psk

Keys: Ctrl-] then a host's number changes host, Ctrl-] q leaves.
The lab's clock stands while you think, and runs at your pace while a program does.`;

/** `espalier shell`: boots a scenario's lab, runs it up to a step, and opens a terminal on a host. */
export function register(program: Command): void {
  program
    .command('shell')
    .description('boot a scenario, run it up to a step, and open a terminal on a host')
    .argument('<scenario>', 'SUITE:NAME')
    .option('--at <step>', 'stop before this step: its number, or SCRIPT:LINE (default: after the last)')
    .option(
      '--before',
      "open a TypeScript scenario's lab before its function is called (default: where it ends or fails)",
    )
    .option('--host <name>', 'host to open first (default: the first)')
    .option('--seed <n>', 'seed of all randomness in the lab', '1')
    .option('--kernel <dir|file>', 'kernel tree or binary to run on')
    .option('--suite <dir>', "a checkout's own suite instead of the packaged one")
    .option('--overlay <dir|tar>', 'lay files over the image of every host, or HOST=PATH of one (repeatable)', collect)
    .addHelpText('after', examples)
    .action(async (scenario: string, options: RawShellOptions) => {
      const { shellCommand } = await import('../session/shell/shell.ts');
      process.exitCode = await shellCommand(scenario, options);
    });
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
