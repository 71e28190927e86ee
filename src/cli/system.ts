import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';

const helps = {
  list: { examples: ['espalier system list'] },
  install: {
    details: [
      'Starts a machine of QEMU’s from your CD with an empty disk, and answers the questions of the installer at its serial console. Then it starts the machine from that disk, logs in as root, and switches it off. Only a system that got that far is kept, once for the same media and answers.',
      'If the installer does not go on, the name of the step is printed, and where the transcript of the console is.',
      '`espalier system list` says which systems have been installed from their own media by anybody, and which have not.',
    ],
    examples: ['espalier system install openbsd --media install79.iso'],
  },
  shell: {
    details: ['What it writes to its disk is gone when it ends. Root’s password is `espalier`.'],
    examples: ['espalier system shell openbsd'],
  },
} satisfies Record<string, Help>;

/** `espalier system …`: systems that are not Linux, from a person's own media. */
export function register(program: Command): void {
  const system = program
    .command('system')
    .description('install other systems from your own media, unattended, and start them')
    .helpCommand(false);

  withHelp(system.command('list'), helps.list)
    .description('list the systems, what they need, and which ones are installed')
    .action(async () => {
      const { systemListCommand } = await import('../session/commands/system.ts');
      systemListCommand();
    });

  withHelp(system.command('install'), helps.install)
    .description('install a system onto a disk in the cache')
    .argument('<name>', 'a system of `espalier system list`')
    .option('--media <file>', 'its installation CD')
    .action(async (name: string, options: { media?: string }) => {
      const { systemInstallCommand } = await import('../session/commands/system.ts');
      await systemInstallCommand(name, options);
    });

  withHelp(system.command('shell'), helps.shell)
    .description('start an installed system, with its console at your terminal')
    .argument('<name>', 'a system that is installed')
    .action(async (name: string) => {
      const { systemShellCommand } = await import('../session/commands/system.ts');
      await systemShellCommand(name);
    });
}
