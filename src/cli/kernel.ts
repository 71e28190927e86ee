import type { Command } from 'commander';

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
    .action(async (options: { kernel?: string; updateLock?: boolean; flavour: string }) => {
      const { buildDebianKernel, ensureKernel, flavourByName } = await import('../supply/kernel/kernel.ts');
      const { interruption } = await import('../base/interruption.ts');
      const signal = interruption();
      const flavour = flavourByName(options.flavour);
      const built =
        options.kernel === undefined
          ? await buildDebianKernel({ flavour, signal, updateLock: options.updateLock === true })
          : await ensureKernel({ flavour, selection: options.kernel, signal });
      process.stdout.write(`${built.id}\n${built.path}\n`);
    });

  kernel
    .command('list')
    .description('list the kernels in the cache, newest first')
    .addHelpText('after', '\nExample: espalier kernel list')
    .action(async () => {
      const { kernelStore } = await import('../supply/kernel/kernel.ts');
      for (const { id, made, path, facts } of kernelStore.list()) {
        process.stdout.write(`${id}  ${facts.flavour}  ${made.slice(0, 16)}  ${path}\n`);
      }
    });

  kernel
    .command('export <file>')
    .description('write the newest kernel (or the one named) into a file for another machine')
    .option('--id <id>', 'a kernel of `espalier kernel list`')
    .addHelpText('after', '\nExample: espalier kernel export kernel.tar')
    .action(async (file: string, options: { id?: string }) => {
      const { kernelStore } = await import('../supply/kernel/kernel.ts');
      await kernelStore.exportTo(
        kernelStore.choose(options.id, ({ flavour }) => flavour === 'standard'),
        file,
      );
    });

  kernel
    .command('import <file>')
    .description('take an exported kernel into the cache')
    .addHelpText('after', '\nExample: espalier kernel import kernel.tar')
    .action(async (file: string) => {
      const { kernelStore } = await import('../supply/kernel/kernel.ts');
      process.stdout.write(`${(await kernelStore.importFrom(file)).id}\n`);
    });
}
