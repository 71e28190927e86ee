import type { Command } from 'commander';

/** `espalier doctor`: what this machine has and lacks. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('list what Espalier needs from this machine, what is missing, and the command that installs it')
    .addHelpText('after', '\nExample: espalier doctor')
    .action(async () => {
      const { doctorCommand } = await import('../session/commands/doctor.ts');
      process.exitCode = await doctorCommand();
    });
}
