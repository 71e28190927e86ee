import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import type { Progress } from '../../base/progress.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { bootstrapFiles, imageArguments } from './bootstrap.ts';
import { readErofs } from './erofs/reader.ts';
import { type FileNode, fileAt, readContent } from './erofs/tree.ts';
import type { ImageBuilder } from './mode.ts';
import { packImage } from './pack.ts';
import type { Recipe } from './recipe.ts';
import { bootstrap } from './run-bootstrap.ts';

/** One image to build. */
interface ImageBuild {
  readonly name: string;
  readonly recipe: Recipe;
  readonly builder: ImageBuilder;
  /** Tar of what the recipe's build from source installed. */
  readonly installed?: string | undefined;
  /** The image file to write. */
  readonly out: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Installed packages and their versions, out of dpkg's status file. */
export function installedVersions(status: string): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const stanza of status.split('\n\n')) {
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1];
    const version = /^Version: (\S+)$/m.exec(stanza)?.[1];
    if (name && version && /^Status: install ok installed$/m.test(stanza)) versions[name] = version;
  }
  return versions;
}

/** What is done when mmdebstrap begins a step, as measured for debian-trixie-libreswan inside a lab and outside. */
const stepsDone: Readonly<Record<string, number>> = {
  'extracting archives': 0.05,
  'installing essential packages': 0.15,
  'installing remaining packages inside the chroot': 0.25,
  'creating tarball': 0.9,
  packing: 0.97,
};

/**
 * mmdebstrap deletes some files at its end, of whoever placed them (`cleanup/reproducible`). Throws `infrastructure` where a file of
 * the recipe is not in the image: what needs it would fail in a lab, far from here.
 */
export function requireFiles({ files }: Pick<Recipe, 'files'>, root: FileNode, name: string): void {
  for (const { path, content } of files) {
    const found = fileAt(root, Buffer.from(path).toString('latin1'))?.content;
    if (found !== undefined && readContent(found).equals(Buffer.from(content))) continue;
    throw new EspalierError('infrastructure', `the image ${name} does not hold ${path} as its recipe has it`, {
      remedy:
        'mmdebstrap deletes what a machine draws for itself, such as /var/lib/dbus/machine-id: write it in a host’s first command',
    });
  }
}

/** Builds an image of a recipe; gives the versions of the packages in it. */
export async function buildImage(build: ImageBuild): Promise<Record<string, string>> {
  using work = makeWorkFolder('image');
  const { recipe, builder, progress, signal, name } = build;
  for (const [index, { content }] of recipe.files.entries()) {
    writeFileSync(join(work.path, bootstrapFiles.recipeFile(index)), content);
  }
  if (build.installed !== undefined) copyFileSync(build.installed, join(work.path, bootstrapFiles.installed));
  const onLine = (line: string): void => {
    const [, step = line] = /^I: ([^:]*?)\.*\s*$/.exec(line) ?? [];
    const done = stepsDone[step];
    if (line.startsWith('waiting ')) progress.wait(line);
    else if (done !== undefined || line.startsWith('fetching ')) progress.update(done ?? 0, step);
  };
  await bootstrap({
    what: `the image ${name}`,
    folder: work.path,
    suite: recipe.suite,
    packages: recipe.packages,
    arguments: (place) => imageArguments(recipe, place),
    builder,
    memory: 2048,
    onLine,
    signal,
  });
  onLine('I: packing');
  await packImage(join(work.path, bootstrapFiles.tar), build.out);
  requireFiles(recipe, readErofs(build.out), name);
  return installedVersions(readFileSync(join(work.path, bootstrapFiles.status), 'utf8'));
}
