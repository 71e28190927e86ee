import type { Command } from 'commander';
import type { StacksOptions } from '../session/commands/stacks.ts';
import { type Help, withHelp } from './help.ts';

const help: Help = {
  details: [
    'Boots a lab for each stack (XFRM, with an XFRM interface, with a VTI, PF_KEY, libipsec, the kernels of Debian 12 and 13 in machines of QEMU’s, none) and asks the same questions in all of them. A cell is yes or no by a line that a command printed, and `?` where no line says either.',
    'Below the table stands what each `no` and each `?` follows from. docs/connections.md describes the stacks.',
  ],
  examples: [
    'espalier stacks',
    'espalier stacks --stack xfrm,libipsec --evidence',
    'espalier stacks --stack xfrm,linux-6.1,linux-6.12',
    'espalier stacks --json --html stacks.html',
  ],
};

/** `espalier stacks`: what each stack can do, found out in labs. */
export function register(program: Command): void {
  withHelp(program.command('stacks'), help)
    .description('find out in labs what each IPsec stack can do: a table of stacks and operations, with evidence')
    .option('--stack <names>', 'only these columns, separated by commas (default: all)')
    .option(
      '--kernel <dir|file>',
      'a kernel tree or a UML binary of your own, for all columns but those of Debian’s kernels',
    )
    .option('--evidence', 'also print what each `yes` follows from')
    .option('--json', 'print the table with all evidence as JSON')
    .option('--html <file>', 'also write it as a page')
    .action(async (options: StacksOptions) => {
      const { stacksCommand } = await import('../session/commands/stacks.ts');
      await stacksCommand(options);
    });
}
