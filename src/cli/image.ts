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
      const { buildDebianImage } = await import('../supply/image/image.ts');
      const { interruption } = await import('../base/interruption.ts');
      const built = await buildDebianImage(name, {
        signal: interruption(),
        updateLock: options.updateLock === true,
      });
      process.stdout.write(`${built.id}\n${built.path}\n`);
    });

  image
    .command('list')
    .description('list the recipes and the images in the cache')
    .addHelpText('after', '\nExample: espalier image list')
    .action(async () => {
      const { imageStore } = await import('../supply/image/image.ts');
      const { recipeNames } = await import('../supply/image/recipe.ts');
      const images = imageStore.list();
      for (const { id, made, path } of images) process.stdout.write(`${id}  ${made.slice(0, 16)}  ${path}\n`);
      for (const name of recipeNames()) {
        if (!images.some((one) => one.facts.name === name)) process.stdout.write(`${name}  (recipe, not built yet)\n`);
      }
    });

  image
    .command('export <file>')
    .description('write the newest image (or the one named) into a file for another machine')
    .option('--id <id>', 'an image of `espalier image list`')
    .addHelpText('after', '\nExample: espalier image export image.tar')
    .action(async (file: string, options: { id?: string }) => {
      const { imageStore } = await import('../supply/image/image.ts');
      await imageStore.exportTo(imageStore.choose(options.id), file);
    });

  image
    .command('import <file>')
    .description('take an exported image into the cache')
    .addHelpText('after', '\nExample: espalier image import image.tar')
    .action(async (file: string) => {
      const { imageStore } = await import('../supply/image/image.ts');
      process.stdout.write(`${(await imageStore.importFrom(file)).id}\n`);
    });
}
