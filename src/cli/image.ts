import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';

const helps = {
  build: {
    details: ['An image is also built when a run needs it.'],
    examples: ['espalier image build debian-trixie-libreswan'],
  },
  list: { examples: ['espalier image list'] },
  export: { examples: ['espalier image export image.tar'] },
  import: { examples: ['espalier image import image.tar'] },
} satisfies Record<string, Help>;

/** `espalier image …`: what hosts boot from. */
export function register(program: Command): void {
  const image = program
    .command('image')
    .description('build, list, export and import the root filesystems that hosts boot from')
    .helpCommand(false);

  withHelp(image.command('build'), helps.build)
    .description('build the image of a recipe in images/ with current packages')
    .argument('<name>', 'a recipe: the name of a file in images/ without .yaml')
    .option('--update-lock', 'record these packages in images/lock.json as the tested ones')
    .action(async (name: string, options: { updateLock?: boolean }) => {
      const { imageBuildCommand } = await import('../session/commands/image.ts');
      await imageBuildCommand(name, options);
    });

  withHelp(image.command('list'), helps.list)
    .description('list the images in the cache and the recipes')
    .action(async () => {
      const { imageListCommand } = await import('../session/commands/image.ts');
      imageListCommand();
    });

  withHelp(image.command('export'), helps.export)
    .description('write an image to a file, for another machine')
    .argument('<file>', 'file to write')
    .option('--id <id>', 'which one, as in `espalier image list` (default: the newest)')
    .action(async (file: string, options: { id?: string }) => {
      const { imageExportCommand } = await import('../session/commands/image.ts');
      await imageExportCommand(file, options);
    });

  withHelp(image.command('import'), helps.import)
    .description('add an exported image to the cache')
    .argument('<file>', 'file that `export` wrote')
    .action(async (file: string) => {
      const { imageImportCommand } = await import('../session/commands/image.ts');
      await imageImportCommand(file);
    });
}
