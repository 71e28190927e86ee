import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { cacheDir, projectDir } from '../base/folders.ts';
import { run, tail } from '../base/processes.ts';
import type { Progress } from '../base/progress.ts';
import { debianArchive, sourceLine } from '../debian/apt.ts';
import type { Recipe } from './recipe.ts';
import { packDate, packSquashfs } from './squashfs.ts';

export interface ImageBuild {
  readonly name: string;
  readonly recipe: Recipe;
  /** The image file to write. */
  readonly out: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Shell run on the finished root: what mmdebstrap or a package left behind of this machine. */
const forgetThisMachine = [
  'rm -f "$1"/var/cache/ldconfig/aux-cache "$1"/etc/machine-id "$1"/var/log/*.log',
  'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*',
  ': > "$1"/etc/machine-id',
].join('; ');

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
  const work = mkdtempSync(join(cacheDir('work'), 'image-'));
  try {
    const tar = join(work, 'root.tar');
    const status = join(work, 'status');
    await bootstrap(build, { work, tar, status });
    build.progress.update(0.92, 'packing');
    await packSquashfs(tar, build.out);
    return installedVersions(readFileSync(status, 'utf8'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Hooks that remove and place the files of a recipe. `upload` reads as this user; hooks in the root may not. */
function placeFiles(recipe: Recipe, work: string): string[] {
  const hooks = recipe.remove.map((path) => `rm -f "$1"${shellQuoted(path)}`);
  for (const [index, { path, content, mode }] of recipe.files.entries()) {
    const file = join(work, `file-${index}`);
    writeFileSync(file, content);
    const quoted = shellQuoted(path);
    hooks.push(`upload ${file} ${quoted}`, `chmod ${mode.toString(8)} "$1"${quoted}; chown 0:0 "$1"${quoted}`);
  }
  return hooks;
}

function makeLinks({ links }: Recipe): string[] {
  return Object.entries(links).map(([path, target]) => `ln -sfn ${shellQuoted(target)} "$1"${shellQuoted(path)}`);
}

function compileLocales({ locales }: Recipe): string[] {
  return locales.map((name) => `chroot "$1" localedef -i ${name.split('.')[0]} -f UTF-8 ${name}`);
}

async function bootstrap(build: ImageBuild, places: { work: string; tar: string; status: string }): Promise<void> {
  const { recipe, progress } = build;
  const { work, tar, status } = places;
  const archive = debianArchive();
  const mode = process.getuid?.() === 0 ? 'root' : 'unshare';
  const hooks = [
    ...compileLocales(recipe),
    ...makeLinks(recipe),
    ...placeFiles(recipe, work),
    forgetThisMachine,
    `download /var/lib/dpkg/status ${status}`,
  ];
  const args = [
    `--mode=${mode}`,
    '--variant=essential',
    '--format=tar',
    `--include=${recipe.packages.join(',')}`,
    ...recipe.exclude.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--aptopt=APT::Install-Recommends "false"',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    recipe.suite,
    tar,
    sourceLine('deb', archive, recipe.suite),
  ];
  let steps = 0;
  const onLine = (): void => {
    steps += 1;
    // mmdebstrap says "I: …" some 20 times; its waits lie in downloading and configuring.
    progress.update(Math.min(0.9, steps / 24), 'installing packages');
  };
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(packDate), LC_ALL: 'C.UTF-8' };
  const result = await run('mmdebstrap', args, { env, signal: build.signal, onLine });
  if (result.status === 0) return;
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the image build was stopped');
  throw new EspalierError('infrastructure', `mmdebstrap could not build the image ${build.name} (${mode} mode)`, {
    output: tail(result.stderr.toString(), 12),
    remedy:
      mode === 'unshare'
        ? `if this machine forbids user namespaces, build it once as root: sudo ESPALIER_CACHE=${cacheDir()} ${projectDir}/espalier image build ${build.name}`
        : 'check the network, free space, and that /tmp is neither nodev nor noexec (TMPDIR names another place)',
  });
}
