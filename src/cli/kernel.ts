import type { Command } from 'commander';
import type { KernelBuildOptions } from '../session/commands/kernel.ts';

/** `espalier kernel …`: the kernels under test. */
export function register(program: Command): void {
  const kernel = program.command('kernel').description('the kernels that labs boot').helpCommand(false);

  kernel
    .command('build')
    .description("build Debian's newest kernel source as User Mode Linux (also done on first need)")
    .option('--kernel <dir|file>', 'a kernel tree of your own, built with the options of kernel/uml.config')
    .option('--update-lock', 'record the version in images/lock.json as the tested one')
    .option('--flavour <name>', 'netkey: with PF_KEY, which OpenIKED needs (default: standard)', 'standard')
    .addHelpText('after', '\nExample: espalier kernel build --kernel ~/linux')
    .action(async (options: KernelBuildOptions) => {
      const { kernelBuildCommand } = await import('../session/commands/kernel.ts');
      await kernelBuildCommand(options);
    });

  kernel
    .command('list')
    .description('list the kernels in the cache, newest first')
    .addHelpText('after', '\nExample: espalier kernel list')
    .action(async () => {
      const { kernelListCommand } = await import('../session/commands/kernel.ts');
      kernelListCommand();
    });

  kernel
    .command('export <file>')
    .description('write the newest kernel (or the one named) into a file for another machine')
    .option('--id <id>', 'a kernel of `espalier kernel list`')
    .addHelpText('after', '\nExample: espalier kernel export kernel.tar')
    .action(async (file: string, options: { id?: string }) => {
      const { kernelExportCommand } = await import('../session/commands/kernel.ts');
      await kernelExportCommand(file, options);
    });

  kernel
    .command('import <file>')
    .description('take an exported kernel into the cache')
    .addHelpText('after', '\nExample: espalier kernel import kernel.tar')
    .action(async (file: string) => {
      const { kernelImportCommand } = await import('../session/commands/kernel.ts');
      await kernelImportCommand(file);
    });
}
