import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { every } from '../../base/deadline.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256File, temporaryBeside } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { warn } from '../../base/log.ts';
import { run, tail } from '../../base/processes.ts';
import { startProgress } from '../../base/progress.ts';
import { Apt, type DebianSuite } from './apt.ts';

/** A file of the archive, as apt would fetch it. */
export interface ArchiveFile {
  readonly uri: string;
  readonly name: string;
  readonly size: number;
  /** SHA-256 in hex; `undefined` where the archive gives another checksum only. */
  readonly sha256?: string;
}

/** Reads the output of `--print-uris`. */
export function parsePrintedUris(text: string): ArchiveFile[] {
  const files: ArchiveFile[] = [];
  for (const match of text.matchAll(/^'([^']+)' (\S+) (\d+)(?: (\S+))?\s*$/gm)) {
    const [, uri = '', name = '', size = '', checksum = ''] = match;
    const sha = /^SHA256:([0-9a-f]{64})$/i.exec(checksum)?.[1]?.toLowerCase();
    // apt escapes the colon of an epoch in file names.
    const plain = name.replace(/%3a/gi, ':');
    files.push({ uri, name: plain, size: Number(size), ...(sha !== undefined && { sha256: sha }) });
  }
  return files;
}

/** Candidate version of a binary package in a suite; `undefined` when the suite has none. */
export async function packageVersion(name: string, suite: DebianSuite): Promise<string | undefined> {
  const apt = await Apt.open(suite);
  const shown = await apt.run('apt-cache', ['show', '--no-all-versions', name]);
  return /^Version: (\S+)$/m.exec(shown.stdout.toString())?.[1];
}

/** Names of a suite's packages that start with `prefix`. */
export async function packageNames(prefix: string, suite: DebianSuite): Promise<string[]> {
  const apt = await Apt.open(suite);
  return (await apt.text('apt-cache', ['pkgnames', prefix])).split('\n').filter(Boolean).sort();
}

/**
 * Everything apt would install for `names` onto nothing, without recommendations: the
 * essential packages, the named ones and what they depend on.
 */
export async function packageClosure(names: readonly string[], suite: DebianSuite): Promise<ArchiveFile[]> {
  const apt = await Apt.open(suite);
  const args = ['install', '--print-uris', '-qq', '--no-install-recommends', '?essential', ...names];
  const files = parsePrintedUris(await apt.text('apt-get', args));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Downloads a binary package of a suite into `dir`; gives the file's path. */
export async function downloadPackage(name: string, suite: DebianSuite, dir: string): Promise<string> {
  const apt = await Apt.open(suite);
  const [file] = parsePrintedUris(await apt.text('apt-get', ['download', '--print-uris', '-qq', name]));
  if (!file) throw new EspalierError('infrastructure', `Debian ${suite} has no package ${name}`);
  const path = join(dir, file.name);
  await downloadFile(file, path);
  return path;
}

/**
 * The files of a source package: the tarballs, patches and description. Asked for in an empty
 * folder, since apt leaves out what it finds lying there.
 */
export async function sourceFiles(name: string, suite: DebianSuite): Promise<ArchiveFile[]> {
  const apt = await Apt.open(suite);
  const empty = mkdtempSync(join(tmpdir(), 'espalier-apt-'));
  try {
    const listed = await apt.run('apt-get', ['source', '--print-uris', '--only-source', '-qq', name], { cwd: empty });
    return parsePrintedUris(listed.stdout.toString());
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

/** Size of a file, 0 while it does not exist. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Downloads a file of the archive with apt's own downloader (its proxies and credentials
 * apply) and verifies its checksum. A file that is there already, whole, is left alone.
 */
export async function downloadFile(file: ArchiveFile, path: string): Promise<void> {
  await withLock(`${path}.lock`, async () => {
    if (sizeOf(path) === file.size && (await hasContent(file, path))) return;
    const partial = temporaryBeside(path);
    const progress = startProgress(`downloading ${file.name}`);
    const ticker = every(500, () => {
      const fraction = sizeOf(partial) / Math.max(1, file.size);
      progress.update(fraction, fraction >= 1 ? 'checking its checksum' : undefined);
    });
    try {
      const args = ['download-file', file.uri, partial, ...(file.sha256 ? [`SHA256:${file.sha256}`] : [])];
      const result = await run('/usr/lib/apt/apt-helper', ['-o', 'APT::Sandbox::User=root', ...args]);
      if (result.status !== 0 || !(await hasContent(file, partial))) {
        throw new EspalierError('infrastructure', `${file.name} could not be downloaded`, {
          file: file.uri,
          output: tail(result.stderr.toString() || result.stdout.toString(), 6),
          remedy: 'check the network, or name another archive in ESPALIER_DEBIAN_MIRROR',
        });
      }
      renameSync(partial, path);
    } finally {
      ticker.stop();
      progress.end();
      removeTraces(partial);
    }
  });
  rmSync(`${path}.lock`, { force: true });
}

async function hasContent(file: ArchiveFile, path: string): Promise<boolean> {
  if (sizeOf(path) !== file.size) return false;
  return file.sha256 === undefined || (await sha256File(path)) === file.sha256;
}

/** apt keeps a file that failed its check under another name beside it. */
function removeTraces(partial: string): void {
  const dir = join(partial, '..');
  const base = partial.slice(dir.length + 1);
  for (const name of readdirSync(dir)) if (name.startsWith(base)) rmSync(join(dir, name), { force: true });
}

/** An upstream tarball as Debian carries it. */
export interface SuiteTarball {
  readonly file: string;
  /** Upstream's version: `5.2`. */
  readonly version: string;
  readonly sha256: string;
}

/** Suites that are asked for a source package after the preferred one. */
const fallbackSuites = ['sid', 'trixie', 'bookworm'] as const;

/**
 * Fetches the original tarball of a source package into the cache. Mirrors lack single files
 * at times: then the next suite's version is taken, and that is said.
 */
export async function fetchSuiteTarball(name: string, suite: DebianSuite): Promise<SuiteTarball> {
  const problems: string[] = [];
  const tried = new Set<string>();
  for (const candidate of new Set([suite, ...fallbackSuites])) {
    try {
      const files = await sourceFiles(name, candidate);
      const tarball = files.find((file) => /\.orig\.tar\.\w+$/.test(file.name));
      if (!tarball || tried.has(tarball.uri)) continue;
      tried.add(tarball.uri);
      const path = join(cacheDir('downloads'), tarball.name);
      await downloadFile(tarball, path);
      if (problems.length > 0) warn(`${problems.join('; ')}; using ${tarball.name} of Debian ${candidate}`);
      const version = /_([^_]+)\.orig\.tar/.exec(tarball.name)?.[1] ?? 'unknown';
      return { file: path, version, sha256: tarball.sha256 ?? (await sha256File(path)) };
    } catch (error) {
      if (!(error instanceof EspalierError) || error.fault !== 'infrastructure') throw error;
      problems.push(error.message);
    }
  }
  throw new EspalierError('infrastructure', `the source package ${name} could not be fetched from Debian ${suite}`, {
    ...(problems.length > 0 && { output: problems.join('\n') }),
    remedy: 'check the network and the apt configuration, or point at a source tree of your own with --suite DIR',
  });
}
