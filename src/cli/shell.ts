import type { Command } from 'commander';
import type { RawShellOptions } from '../session/shell/shell.ts';
import { type Help, withHelp } from './help.ts';
import { withLabOptions } from './shared-options.ts';

const help: Help = {
  details: [
    'Keys: Ctrl-] and the number of a host changes to that host, Ctrl-] q leaves.',
    "The lab's clock stands while you think, and runs in real time while a program runs.",
    'A TypeScript scenario stops at its first check that fails, or at its end.',
  ],
  examples: [
    'espalier shell libreswan:basic-pluto-01',
    'espalier shell libreswan:basic-pluto-01 --at 03-west-up.sh:1 --host west',
    'espalier shell vpn:psk',
    "echo 'ipsec trafficstatus' | espalier shell examples:psk",
  ],
};

/** `espalier shell`: boots a scenario's lab, runs it up to a step, and opens a terminal on a host. */
export function register(program: Command): void {
  const command = withHelp(program.command('shell'), help)
    .description('boot a scenario, run it up to a step, and open a terminal on one of its hosts')
    .argument('<scenario>', 'SUITE:NAME')
    .option('--at <step>', 'stop before this step: its number, or SCRIPT:LINE (default: after the last)')
    .option('--before', 'stop before the function of a TypeScript scenario is called')
    .option('--host <name>', 'host to open (default: the first)');
  withLabOptions(command).action(async (scenario: string, options: RawShellOptions) => {
    const { shellCommand } = await import('../session/shell/shell.ts');
    process.exitCode = await shellCommand(scenario, options);
  });
}
