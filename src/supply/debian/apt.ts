import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { writeAtomic } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { warn } from '../../base/log.ts';
import { type RunOptions, type RunResult, run, succeed, tail } from '../../base/processes.ts';
import { type AptSource, findDebianArchive, parseDeb822Sources, parseOneLineSources } from './apt-sources.ts';

/** A Debian suite by name: `sid`, `trixie`, `bookworm`. */
export type DebianSuite = string;

/** Where packages come from, and the keyring that proves it. */
export interface Archive {
  readonly uri: string;
  readonly keyring: string;
}

type AptProgram = 'apt-get' | 'apt-cache';
type AptRun = Pick<RunOptions, 'cwd' | 'signal' | 'onLine'>;

const freshMs = 24 * 60 * 60 * 1000;

/** All sources the machine's own apt knows. */
function machineSources(): AptSource[] {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const parts = '/etc/apt/sources.list.d';
  const files = existsSync(parts) ? readdirSync(parts).sort() : [];
  return [
    ...parseOneLineSources(read('/etc/apt/sources.list')),
    ...files.flatMap((name) => {
      const text = read(join(parts, name));
      if (name.endsWith('.sources')) return parseDeb822Sources(text);
      return name.endsWith('.list') ? parseOneLineSources(text) : [];
    }),
  ];
}

/** The archive to use: ESPALIER_DEBIAN_MIRROR, else the one in the machine's apt configuration. */
export function debianArchive(): Archive {
  const chosen = process.env.ESPALIER_DEBIAN_MIRROR;
  const found = chosen ? { uri: chosen } : findDebianArchive(machineSources());
  if (!found) {
    throw new EspalierError('infrastructure', 'the apt configuration of this machine names no Debian archive', {
      file: '/etc/apt/sources.list.d',
      remedy:
        'name one in ESPALIER_DEBIAN_MIRROR, or bring kernels and images with `espalier kernel|image import FILE`',
    });
  }
  const keyrings = [
    'signedBy' in found ? found.signedBy : undefined,
    '/usr/share/keyrings/debian-archive-keyring.pgp',
    '/usr/share/keyrings/debian-archive-keyring.gpg',
  ];
  const keyring = keyrings.find((path) => path !== undefined && existsSync(path));
  if (keyring === undefined) {
    throw new EspalierError('infrastructure', 'the keys of the Debian archive are not installed', {
      remedy: 'install the package debian-archive-keyring',
    });
  }
  return { uri: found.uri, keyring };
}

/** One line for a sources.list. */
export function sourceLine(type: 'deb' | 'deb-src', archive: Archive, suite: DebianSuite): string {
  return `${type} [signed-by=${archive.keyring}] ${archive.uri} ${suite} main`;
}

/**
 * The line with which packages are fetched now. Where this machine's apt takes lists whose date has passed, as where it reads a
 * mirror that stands still or has a clock of its own, the apt of a fresh root needs the same setting.
 */
export async function fetchingLine(archive: Archive, suite: DebianSuite): Promise<string> {
  const line = sourceLine('deb', archive, suite);
  const setting = await run('apt-config', ['dump', 'Acquire::Check-Valid-Until']);
  const dated = !/"(false|no|0|off|without|disable)"/i.test(setting.stdout.toString());
  return dated ? line : line.replace('[', '[check-valid-until=no ');
}

/**
 * apt with a state of its own in the cache: nothing of the machine's package state is read or
 * touched, no root is needed; proxies and credentials stay as the machine has them.
 */
export class Apt {
  readonly suite: DebianSuite;
  readonly #options: readonly string[];

  private constructor(suite: DebianSuite, options: readonly string[]) {
    this.suite = suite;
    this.#options = options;
  }

  /** Opens the state of a suite; its lists are fetched when they are older than a day. */
  static async open(suite: DebianSuite): Promise<Apt> {
    const dir = cacheDir('apt', suite);
    const archive = debianArchive();
    const sources = `${sourceLine('deb', archive, suite)}\n${sourceLine('deb-src', archive, suite)}\n`;
    const apt = new Apt(suite, aptOptions(dir));
    await withLock(join(dir, 'lock'), () => apt.#refresh(dir, sources));
    return apt;
  }

  async #refresh(dir: string, sources: string): Promise<void> {
    const file = join(dir, 'sources.list');
    const marker = join(dir, 'updated');
    const same = existsSync(file) && readFileSync(file, 'utf8') === sources;
    const age = same && existsSync(marker) ? Date.now() - statSync(marker).mtimeMs : undefined;
    if (age !== undefined && age < freshMs) return;
    for (const below of ['lists/partial', 'archives/partial']) mkdirSync(join(dir, below), { recursive: true });
    writeAtomic(join(dir, 'status'), '');
    writeAtomic(file, sources);
    if (age === undefined) rmSync(marker, { force: true });
    const result = await this.run('apt-get', ['update', '-q', '-o', 'APT::Update::Error-Mode=any']);
    if (result.status === 0) {
      writeAtomic(marker, '');
      return;
    }
    const output = tail(result.stderr.toString(), 6);
    if (age === undefined) {
      throw new EspalierError('infrastructure', `the package lists of Debian ${this.suite} could not be fetched`, {
        output,
        remedy: 'check the network and the apt configuration, or name another archive in ESPALIER_DEBIAN_MIRROR',
      });
    }
    warn(`the package lists of Debian ${this.suite} could not be updated; using older ones`);
  }

  /** Runs an apt program on this state; any status is a result. */
  run(program: AptProgram, args: readonly string[], how: AptRun = {}): Promise<RunResult> {
    return run(program, [...this.#options, ...args], { env: aptEnvironment(), ...how });
  }

  /** Runs an apt program that must succeed; gives its standard output. */
  async text(program: AptProgram, args: readonly string[], how: AptRun = {}): Promise<string> {
    const options = { env: aptEnvironment(), ...how };
    return (await succeed(program, [...this.#options, ...args], options)).stdout.toString();
  }
}

function aptEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
}

function aptOptions(dir: string): string[] {
  const settings = {
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': dir,
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': dir,
    'Dir::Cache::archives': join(dir, 'archives'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'APT::Architecture': 'amd64',
    // Root's apt would otherwise read the cache as a user who may not enter it.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
