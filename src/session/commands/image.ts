import { interruption } from '../../base/interruption.ts';
import { buildDebianImage, imageStore } from '../../supply/image/image.ts';
import { recipeNames } from '../../supply/image/known-recipes.ts';

/** `espalier image build`. */
export async function imageBuildCommand(name: string, options: { readonly updateLock?: boolean }): Promise<void> {
  const built = await buildDebianImage(name, { signal: interruption(), updateLock: options.updateLock === true });
  process.stdout.write(`${built.id}\n${built.path}\n`);
}

/** `espalier image list`. */
export function imageListCommand(): void {
  const images = imageStore.list();
  for (const { id, made, path } of images) process.stdout.write(`${id}  ${made.slice(0, 16)}  ${path}\n`);
  for (const name of recipeNames()) {
    if (!images.some((one) => one.facts.name === name)) process.stdout.write(`${name}  (recipe, not built yet)\n`);
  }
}

/** `espalier image export`. */
export async function imageExportCommand(file: string, { id }: { readonly id?: string }): Promise<void> {
  await imageStore.exportTo(imageStore.choose(id), file);
}

/** `espalier image import`. */
export async function imageImportCommand(file: string): Promise<void> {
  process.stdout.write(`${(await imageStore.importFrom(file)).id}\n`);
}
