import type { Command } from 'commander';
import type { PcapOptions } from '../session/commands/pcap.ts';

const examples = `
Examples:
  espalier pcap latest libreswan:ikev2-05-basic-psk
  espalier pcap latest examples:psk -o psk.pcapng
  eval "$(espalier pcap latest examples:psk) -Y esp"

What it prints is the tshark command that shows ESP in clear; put wireshark in place of tshark for windows.`;

/** `espalier pcap`: all links of a stored attempt in one capture, with the keys of its SAs. */
export function register(program: Command): void {
  program
    .command('pcap')
    .description('merge all links of a stored attempt into one pcapng, with what decrypts ESP in Wireshark')
    .argument('<run>', 'a run folder, its id, or `latest`')
    .argument('<test>', 'SUITE:NAME')
    .option('--attempt <n>', 'which attempt (default: the last)')
    .option('-o <file>', 'where to write (default: derived/links.pcapng of the attempt)')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', examples)
    .action(async (run: string, test: string, options: PcapOptions) => {
      const { pcapCommand } = await import('../session/commands/pcap.ts');
      pcapCommand(run, test, options);
    });
}
