import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { run, tail } from '../base/processes.ts';
import { makeWorkFolder } from '../base/work-folder.ts';
import { debianArchive, fetchingLine, sourceLine } from '../debian/apt.ts';
import { bootstrapArguments, bootstrapEnvironment, bootstrapFiles } from './bootstrap.ts';
import { buildInLab } from './build-in-lab.ts';
import type { ImageBuild } from './image-build.ts';
import { packSquashfs } from './squashfs.ts';

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

/** Builds an image of a recipe; gives the versions of the packages in it. */
export async function buildImage(build: ImageBuild): Promise<Record<string, string>> {
  using work = makeWorkFolder('image');
  for (const [index, { content }] of build.recipe.files.entries()) {
    writeFileSync(join(work.path, bootstrapFiles.recipeFile(index)), content);
  }
  const { builder } = build;
  if (builder.mode === 'uml') await buildInLab(build, builder.kernel, work.path);
  else await buildHere(build, builder.mode, work.path);
  return installedVersions(readFileSync(join(work.path, bootstrapFiles.status), 'utf8'));
}

/** Of the user's environment, what mmdebstrap and apt need to work at all. */
function keptEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(PATH|HOME|USER|LOGNAME|TMPDIR|APT_CONFIG|\w+_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}

async function buildHere(build: ImageBuild, mode: 'root' | 'unshare', work: string): Promise<void> {
  const { recipe, progress, signal } = build;
  const archive = debianArchive();
  const source = sourceLine('deb', archive, recipe.suite);
  const buildFrom = await fetchingLine(archive, recipe.suite);
  const args = bootstrapArguments({ recipe, mode, folder: work, source, ...(buildFrom !== source && { buildFrom }) });
  let steps = 0;
  const onLine = (): void => {
    steps += 1;
    // mmdebstrap says "I: …" some 20 times; its waits lie in downloading and configuring.
    progress.update(Math.min(0.9, steps / 24), 'installing packages');
  };
  const env = { ...keptEnvironment(), ...bootstrapEnvironment };
  const result = await run('mmdebstrap', args, { env, signal, onLine });
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the image build was stopped');
  if (result.status !== 0) {
    throw new EspalierError('infrastructure', `mmdebstrap could not build the image ${build.name} (${mode} mode)`, {
      output: tail(result.stderr.toString(), 12),
      remedy: remedies[mode],
    });
  }
  progress.update(0.92, 'packing');
  await packSquashfs(join(work, bootstrapFiles.tar), build.out);
}

const remedies = {
  unshare:
    'if this machine restricts user namespaces, ESPALIER_IMAGE_MODE=uml builds it inside a lab, some minutes long',
  root: 'check the network, free space, and that /tmp is neither nodev nor noexec (TMPDIR names another place)',
} as const;
