import { basename, dirname } from 'node:path';
import { shellQuoted } from '../../base/text.ts';
import { packDate } from './pack.ts';
import type { Recipe } from './recipe.ts';

/** Where and how mmdebstrap works. All paths are as mmdebstrap itself will see them. */
export interface Place {
  readonly mode: 'root' | 'unshare';
  /** Folder of the files that hooks take, where the results go too. */
  readonly folder: string;
  /** The archive as the finished root names it: a line of sources.list. */
  readonly source: string;
  /** Another archive to build from. */
  readonly buildFrom?: string;
}

/** A root that mmdebstrap is asked for. */
interface Root extends Pick<Recipe, 'suite' | 'packages' | 'exclude'> {
  /** Shell run on the finished root (`$1`), in order. */
  readonly hooks: readonly string[];
  /** Where its tar goes; left out: the root is thrown away. */
  readonly tar?: string;
}

/** Names in the folder of an image's bootstrap. */
export const bootstrapFiles = {
  tar: 'root.tar',
  status: 'status',
  /** What a build from source installs. */
  installed: 'installed.tar',
  recipeFile: (index: number) => `file-${index}`,
} as const;

/**
 * What the scripts of packages see: nothing of the user's own settings, which would show in the
 * image. Without Python's own bytecode there is only what packages compile, checked by content.
 */
export const bootstrapEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C.UTF-8',
  SOURCE_DATE_EPOCH: String(packDate),
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Shell run on the finished root: what mmdebstrap or a package left behind of this machine. */
const forgetThisMachine = [
  'rm -f "$1"/var/cache/ldconfig/aux-cache "$1"/etc/machine-id "$1"/var/log/*.log',
  'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*',
  ': > "$1"/etc/machine-id',
].join('; ');

/** Hooks that remove and place the files of a recipe. `upload` reads as this user; hooks in the root may not. A new owner takes the setuid bit. */
function placeFiles(recipe: Recipe, folder: string): string[] {
  const hooks = recipe.remove.map(removal);
  for (const [index, { path, mode }] of recipe.files.entries()) {
    const file = shellQuoted(`${folder}/${bootstrapFiles.recipeFile(index)}`);
    const quoted = shellQuoted(path);
    hooks.push(
      `mkdir -p "$1"${shellQuoted(dirname(path))}`,
      `upload ${file} ${quoted}`,
      `chown 0:0 "$1"${quoted}; chmod ${mode.toString(8)} "$1"${quoted}`,
    );
  }
  return hooks;
}

/** Removes a file, and links beside it that lead to it: ssl-cert names one after the machine on which it is installed. */
function removal(path: string): string {
  const links = `find "$1"${shellQuoted(dirname(path))} -maxdepth 1 -lname ${shellQuoted(basename(path))} -delete`;
  return `rm -f "$1"${shellQuoted(path)}; test ! -d "$1"${shellQuoted(dirname(path))} || ${links}`;
}

/** What a build from source installed goes over the packages. */
function placeBuild({ build }: Recipe, folder: string): string[] {
  return build === undefined ? [] : [`tar-in ${shellQuoted(`${folder}/${bootstrapFiles.installed}`)} /`];
}

function makeLinks({ links }: Recipe): string[] {
  return Object.entries(links).map(([path, target]) => `ln -sfn ${shellQuoted(target)} "$1"${shellQuoted(path)}`);
}

function compileLocales({ locales }: Recipe): string[] {
  return locales.map((name) => `chroot "$1" localedef -i ${name.split('.')[0]} -f UTF-8 ${name}`);
}

function nameSource({ source, buildFrom }: Place): string[] {
  return buildFrom === undefined ? [] : [`echo ${shellQuoted(source)} > "$1"/etc/apt/sources.list`];
}

/** The arguments of mmdebstrap for the root of an image. */
export function imageArguments(recipe: Recipe, place: Place): string[] {
  const { folder } = place;
  const hooks = [
    ...placeBuild(recipe, folder),
    ...compileLocales(recipe),
    ...makeLinks(recipe),
    ...placeFiles(recipe, folder),
    ...nameSource(place),
    forgetThisMachine,
    `download /var/lib/dpkg/status ${shellQuoted(`${folder}/${bootstrapFiles.status}`)}`,
  ];
  return bootstrapArguments({ ...recipe, hooks, tar: `${folder}/${bootstrapFiles.tar}` }, place);
}

/** The arguments of mmdebstrap. */
export function bootstrapArguments(root: Root, place: Place): string[] {
  return [
    `--mode=${place.mode}`,
    '--variant=essential',
    `--format=${root.tar === undefined ? 'null' : 'tar'}`,
    `--include=${root.packages.join(',')}`,
    ...root.exclude.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--aptopt=APT::Install-Recommends "false"',
    ...root.hooks.map((hook) => `--customize-hook=${hook}`),
    root.suite,
    root.tar ?? '/dev/null',
    place.buildFrom ?? place.source,
  ];
}
