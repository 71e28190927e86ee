import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';

const help: Help = {
  details: [
    'Writes a scenario with two gateways (libreswan and strongSwan, a tunnel between two networks), and a tsconfig.json with which editors know the types.',
  ],
  examples: ['espalier init vpn', 'espalier run vpn'],
};

/** `espalier init`: a first scenario of one's own. */
export function register(program: Command): void {
  withHelp(program.command('init'), help)
    .description('write a first scenario of your own')
    .argument('<folder>', 'folder to write to; it is created if needed')
    .action(async (folder: string) => {
      const { initCommand } = await import('../session/commands/init.ts');
      await initCommand(folder);
    });
}
