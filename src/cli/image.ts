import type { Command } from 'commander';

/** `espalier image …`: what hosts boot from. */
export function register(program: Command): void {
  const image = program.command('image').description('the root filesystems that hosts boot from').helpCommand(false);

  image
    .command('build <name>')
    .description('build the image of a recipe in images/ with the packages of today (also done on first need)')
    .option('--update-lock', 'record the packages in images/lock.json as the tested ones')
    .addHelpText('after', '\nExample: espalier image build debian-trixie-libreswan')
    .action(async (name: string, options: { updateLock?: boolean }) => {
      const { imageBuildCommand } = await import('../session/commands/image.ts');
      await imageBuildCommand(name, options);
    });

  image
    .command('list')
    .description('list the recipes and the images in the cache')
    .addHelpText('after', '\nExample: espalier image list')
    .action(async () => {
      const { imageListCommand } = await import('../session/commands/image.ts');
      imageListCommand();
    });

  image
    .command('export <file>')
    .description('write the newest image (or the one named) into a file for another machine')
    .option('--id <id>', 'an image of `espalier image list`')
    .addHelpText('after', '\nExample: espalier image export image.tar')
    .action(async (file: string, options: { id?: string }) => {
      const { imageExportCommand } = await import('../session/commands/image.ts');
      await imageExportCommand(file, options);
    });

  image
    .command('import <file>')
    .description('take an exported image into the cache')
    .addHelpText('after', '\nExample: espalier image import image.tar')
    .action(async (file: string) => {
      const { imageImportCommand } = await import('../session/commands/image.ts');
      await imageImportCommand(file);
    });
}
