import type { Command } from 'commander';
import type { KernelBuildOptions } from '../session/commands/kernel.ts';
import { type Help, withHelp } from './help.ts';
import { kconfigOption } from './shared-options.ts';

const helps = {
  build: {
    details: ['A kernel is also built when a run needs it.'],
    examples: ['espalier kernel build', 'espalier kernel build --kernel ~/linux'],
  },
  list: { examples: ['espalier kernel list'] },
  export: { examples: ['espalier kernel export kernel.tar'] },
  import: { examples: ['espalier kernel import kernel.tar'] },
} satisfies Record<string, Help>;

/** `espalier kernel …`: the kernels under test. */
export function register(program: Command): void {
  const kernel = program
    .command('kernel')
    .description('build, list, export and import the kernels that labs boot')
    .helpCommand(false);

  withHelp(kernel.command('build'), helps.build)
    .description("build Debian's newest kernel source as User Mode Linux")
    .option('--kernel <dir|file>', 'a kernel tree of your own instead, built with the options in kernel/uml.config')
    .option('--update-lock', 'record this version in images/lock.json as the tested one')
    .option(
      '--flavour <name>',
      '`standard`, `netkey` (with PF_KEY, for OpenIKED), `selftests` (for the suite `kernel`) or `smp` (several CPUs, for the suite `concurrency`)',
      'standard',
    )
    .option('--debug', 'with debugging information, for `espalier gdb`')
    .option(...kconfigOption)
    .option('--coverage', 'with counters of what runs, for `espalier run --coverage`')
    .option('--checkers', 'with KASAN, UBSAN, lockdep and kmemleak, for `espalier run --checkers`')
    .option('--plain', 'without the changes in kernel/patches, to compare with (see `npm run bench`)')
    .action(async (options: KernelBuildOptions) => {
      const { kernelBuildCommand } = await import('../session/commands/kernel.ts');
      await kernelBuildCommand(options);
    });

  withHelp(kernel.command('list'), helps.list)
    .description('list the kernels in the cache, newest first')
    .action(async () => {
      const { kernelListCommand } = await import('../session/commands/kernel.ts');
      kernelListCommand();
    });

  withHelp(kernel.command('export'), helps.export)
    .description('write a kernel to a file, for another machine')
    .argument('<file>', 'file to write')
    .option('--id <id>', 'which one, as in `espalier kernel list` (default: the newest standard one)')
    .action(async (file: string, options: { id?: string }) => {
      const { kernelExportCommand } = await import('../session/commands/kernel.ts');
      await kernelExportCommand(file, options);
    });

  withHelp(kernel.command('import'), helps.import)
    .description('add an exported kernel to the cache')
    .argument('<file>', 'file that `export` wrote')
    .action(async (file: string) => {
      const { kernelImportCommand } = await import('../session/commands/kernel.ts');
      await kernelImportCommand(file);
    });
}
