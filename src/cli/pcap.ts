import type { Command } from 'commander';
import type { PcapOptions } from '../session/commands/pcap.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Prints the tshark command that shows ESP decrypted. Replace tshark by wireshark for a window. Comments in the capture hold the commands that were typed.',
  ],
  examples: [
    'espalier pcap latest libreswan:ikev2-05-basic-psk',
    'espalier pcap latest examples:psk -o psk.pcapng',
    'eval "$(espalier pcap latest examples:psk) -Y esp"',
  ],
};

/** `espalier pcap`: all links of a stored attempt in one capture, with the keys of its SAs. */
export function register(program: Command): void {
  withHelp(program.command('pcap'), help)
    .description('merge all links of a stored attempt into one pcapng, with the keys that decrypt ESP in Wireshark')
    .argument('<run>', 'a run: its folder, its id, or `latest`')
    .argument('<test>', 'SUITE:NAME')
    .option('--attempt <n>', 'which attempt (default: the last)')
    .option('-o <file>', 'file to write (default: derived/links.pcapng of the attempt)')
    .option(...outputOption)
    .action(async (run: string, test: string, options: PcapOptions) => {
      const { pcapCommand } = await import('../session/commands/pcap.ts');
      pcapCommand(run, test, options);
    });
}
