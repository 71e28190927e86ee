import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';

const help: Help = {
  details: ['Also says where labs keep their memory and how images will be built.'],
  exitCodes: { 0: 'nothing is missing', 2: 'something is missing' },
  examples: ['espalier doctor'],
};

/** `espalier doctor`: what this machine has and lacks. */
export function register(program: Command): void {
  withHelp(program.command('doctor'), help)
    .description('check this machine: list what Espalier needs, what is missing, and the command that installs it')
    .action(async () => {
      const { doctorCommand } = await import('../session/commands/doctor.ts');
      process.exitCode = await doctorCommand();
    });
}
