import type { Command } from 'commander';
import type { RawGdbOptions } from '../session/gdb/gdb.ts';
import { type Help, withHelp } from './help.ts';
import { collect, outputOption, withLabOptions } from './shared-options.ts';

const help: Help = {
  details: [
    "One kernel process holds all hosts, so a breakpoint stops all of them, and with them the lab's clock: the test's result is as without the debugger.",
    'On first use a kernel with debugging information is built. Without a terminal gdb runs --command and --ex, then lets the test go on (docs/debugger.md).',
  ],
  exitCodes: { 0: 'as for `espalier run`', 2: 'as well if gdb or one of its commands failed, or the step never came' },
  examples: [
    'espalier gdb examples:psk --break esp_input',
    'espalier gdb libreswan:basic-pluto-01 --at 03-west-up.sh:1 --break xfrm_state_add',
    "espalier gdb examples:psk --break esp_input --ex 'continue' --ex 'print skb->len' --ex 'bt' --batch",
    'espalier gdb vpn:psk --kernel ~/linux --command commands.gdb',
  ],
};

/** `espalier gdb`: runs a test with gdb at the kernel of its lab. */
export function register(program: Command): void {
  const command = withHelp(program.command('gdb'), help)
    .description('run a test with a debugger at the kernel of its lab: all hosts at once, the clock stands meanwhile')
    .argument('<scenario>', 'SUITE:NAME')
    .option('--at <step>', 'attach before this step: its number, or SCRIPT:LINE (default: before the first)')
    .option('--break <location>', 'break there: a function, or FILE:LINE of the kernel (repeatable)', collect)
    .option('--command <file>', 'commands of gdb, run first (repeatable)', collect)
    .option('--ex <command>', 'one command of gdb, run after those files (repeatable)', collect)
    .option('--batch', 'leave when the commands are done (default where there is no terminal)')
    .option('--daemon <name>', 'debug this program on a host instead, in a terminal there, by gdb inside the lab')
    .option('--host <name>', 'host of the daemon (default: the first)')
    .option('--both', 'print how another terminal attaches to the kernel of the same lab');
  withLabOptions(command)
    .option(...outputOption)
    .action(async (scenario: string, options: RawGdbOptions) => {
      const { gdbCommand } = await import('../session/gdb/gdb.ts');
      process.exitCode = await gdbCommand(scenario, options);
    });
}
