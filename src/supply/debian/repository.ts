import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { Apt, type DebianSuite } from './apt.ts';

/** What a repository is to hold: all that these packages need, from nothing. */
export interface RepositoryQuery {
  readonly suite: DebianSuite;
  readonly packages: readonly string[];
  /** The folder to make. */
  readonly dir: string;
  /** Called with the number of files fetched so far. */
  readonly onFile?: (fetched: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** `libc6_2.41-12_amd64.deb` as apt stores it, taken apart. */
interface StoredPackage {
  readonly file: string;
  readonly name: string;
  readonly version: string;
}

/** apt counts itself as essential; an image has it only when a recipe names it. */
const aptIsNotEssential = ['-o', 'pkgCacheGen::ForceEssential=,'];

/** The packages among the names of a folder of archives. */
export function storedPackages(files: readonly string[]): StoredPackage[] {
  return [...files].sort().flatMap((file) => {
    const [, name, version] = /^([a-z0-9][a-z0-9+.-]*)_([^_]+)_[^_]+\.deb$/.exec(file) ?? [];
    return name && version ? [{ file, name, version: version.replace(/%3a/gi, ':') }] : [];
  });
}

/** A package index whose records name files below `pool/`; `records` is what `apt-cache show` prints. */
export function packageIndex(records: string, packages: readonly StoredPackage[]): string {
  const files = new Map(packages.map(({ name, version, file }) => [`${name} ${version}`, poolName(file)]));
  const stanzas = records.split(/\n\n+/).flatMap((stanza) => {
    const key = `${field(stanza, 'Package')} ${field(stanza, 'Version')}`;
    const file = files.get(key);
    files.delete(key);
    return file === undefined ? [] : [stanza.trim().replace(/^Filename: .*$/m, `Filename: pool/${file}`)];
  });
  const [lost] = files.keys();
  if (lost !== undefined) throw new EspalierError('infrastructure', `apt does not know what it fetched: ${lost}`);
  return `${stanzas.join('\n\n')}\n`;
}

function field(stanza: string, name: string): string {
  return new RegExp(`^${name}: (\\S+)$`, 'm').exec(stanza)?.[1] ?? '';
}

/** Percent signs would be decoded once more on the way back. */
function poolName(file: string): string {
  return file.replaceAll('%', '-');
}

/** A status file in which everything of an index is installed. */
function installedStatus(index: string): string {
  return index.replace(/^Package: .*$/gm, '$&\nStatus: install ok installed');
}

function release(suite: DebianSuite, index: string): string {
  const lines = [
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    'Architectures: amd64',
    'Components: main',
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'SHA256:',
    ` ${sha256(index)} ${Buffer.byteLength(index)} main/binary-amd64/Packages`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Fetches packages as this user, verified by the archive's keys, and lays them out as a repository
 * for a place without network. In two steps, as a bootstrap goes: the essential packages, then what
 * the named ones still need; in one step apt may choose other alternatives.
 */
export async function makeRepository(wish: RepositoryQuery): Promise<void> {
  const { suite, dir } = wish;
  const apt = await Apt.open(suite);
  const pool = join(dir, 'pool');
  const binary = join(dir, 'dists', suite, 'main', 'binary-amd64');
  for (const folder of [join(pool, 'partial'), binary]) mkdirSync(folder, { recursive: true });
  const status = join(dir, 'status');
  writeFileSync(status, '');
  let fetched = 0;
  const onLine = (line: string): void => {
    if (!/^Get:\d+ /.test(line)) return;
    fetched += 1;
    wish.onFile?.(fetched);
  };
  for (const packages of [['?essential'], wish.packages]) {
    const settings = ['-o', `Dir::Cache::archives=${pool}`, '-o', `Dir::State::status=${status}`, ...aptIsNotEssential];
    const args = ['install', '--download-only', '--yes', '-q', '--no-install-recommends', ...packages];
    await apt.text('apt-get', [...settings, ...args], { onLine, signal: wish.signal });
    const stored = storedPackages(readdirSync(pool));
    const asked = stored.map(({ name, version }) => `${name}=${version}`);
    const index = packageIndex(await apt.text('apt-cache', ['show', ...asked]), stored);
    writeFileSync(status, installedStatus(index));
    writeFileSync(join(binary, 'Packages'), index);
    writeFileSync(join(dir, 'dists', suite, 'Release'), release(suite, index));
  }
  for (const name of readdirSync(pool)) renameSync(join(pool, name), join(pool, poolName(name)));
}
