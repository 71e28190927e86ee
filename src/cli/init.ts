import type { Command } from 'commander';

const details = `
Writes a scenario of two gateways and a tsconfig.json, with which editors know Espalier's types.

Example: espalier init vpn`;

/** `espalier init`: a first scenario of one's own. */
export function register(program: Command): void {
  program
    .command('init')
    .description('write a first scenario into a folder of your own')
    .argument('<folder>', 'where to; made if it is not there')
    .addHelpText('after', details)
    .action(async (folder: string) => {
      const { initCommand } = await import('../session/commands/init.ts');
      await initCommand(folder);
    });
}
