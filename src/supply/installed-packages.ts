/** What npm installed for Espalier: in its own folder, or, where it is a package itself, beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../base/errors.ts';

/** What is used of a `package.json`. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it. */
  readonly license?: string;
  /** Of the archive that it came in, in hex; missing where npm kept no note of it. */
  readonly sha512?: string;
}

/** The `package.json` of a folder. */
export function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** All packages that the package in a folder needs when it runs, directly or through others; sorted. Raises `infrastructure` where one is missing. */
export function installedPackages(root: string): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const queue = [root];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const needed of Object.keys(manifestIn(folder).dependencies ?? {})) {
      const place = placeOf(needed, folder);
      if (found.has(place)) continue;
      const { name, version, license } = manifestIn(place);
      const sha512 = noted(place);
      found.set(place, { name, version, ...(license && { license }), ...(sha512 && { sha512 }) });
      queue.push(place);
    }
  }
  const unique = new Map([...found.values()].map((one) => [`${one.name}@${one.version}`, one]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Where Node finds a package that one in a folder imports. */
function placeOf(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) break;
  }
  const remedy = 'install Espalier again: npm ci in its repository, or npm install where it is a package';
  throw new EspalierError('infrastructure', `the package ${name} is not installed`, { file: from, remedy });
}

/** npm notes what it installed, with the hashes that it verified, beside the packages. */
function noted(place: string): string | undefined {
  const inner = place.lastIndexOf('/node_modules/');
  for (let at = inner; at !== -1; at = place.lastIndexOf('/node_modules/', at - 1)) {
    const list = join(place.slice(0, at), 'node_modules', '.package-lock.json');
    if (!existsSync(list)) continue;
    const { packages } = JSON.parse(readFileSync(list, 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
    };
    const [, hash] = /^sha512-(\S+)/.exec(packages[place.slice(at + 1)]?.integrity ?? '') ?? [];
    if (hash !== undefined) return Buffer.from(hash, 'base64').toString('hex');
  }
  return undefined;
}
