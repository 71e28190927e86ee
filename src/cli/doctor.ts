import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';

const help: Help = {
  details: [
    'Also says where labs keep their memory and how images will be built.',
    '--sbom prints instead what Espalier and its labs are made from: npm packages, Node, and the Debian packages that images/lock.json pins, as CycloneDX 1.6.',
  ],
  exitCodes: { 0: 'nothing is missing', 2: 'something is missing' },
  examples: ['espalier doctor', 'espalier doctor --sbom >espalier.cdx.json'],
};

/** `espalier doctor`: what this machine has and lacks. */
export function register(program: Command): void {
  withHelp(program.command('doctor'), help)
    .description('check this machine: list what Espalier needs, what is missing, and the command that installs it')
    .option('--sbom', 'print the software bill of materials, in JSON')
    .action(async (options: { sbom?: boolean }) => {
      const { doctorCommand } = await import('../session/commands/doctor.ts');
      process.exitCode = await doctorCommand(options);
    });
}
