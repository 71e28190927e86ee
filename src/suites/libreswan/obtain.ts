import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Untestable } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import type { SuiteIdentity } from '../../model/attempt.ts';
import { commitOf } from '../commit.ts';
import type { PackedTree } from '../packed-tree.ts';
import { SuiteFiles } from '../suite-files.ts';

/** A `testing/` folder on this machine. */
export interface SuiteTree {
  readonly dir: string;
  /** What it is, `packed` being the tree as hosts mount it, where hosts do. */
  readonly identity: (packed: PackedTree | undefined) => Promise<SuiteIdentity>;
}

/** The bundled suite: libreswan's format, everything in it ours. */
export function bundledTree(): SuiteTree {
  const dir = join(projectDir, 'scenarios', 'examples');
  return { dir, identity: async () => ({ id: 'examples', sha256: hashOfTree(dir) }) };
}

/** Takes the suite from Debian's source package of libreswan. */
export async function obtainLibreswan(debian = 'trixie'): Promise<SuiteTree> {
  const { obtainSource } = await import('../source-package.ts');
  const wanted = ['*/testing', '*/mk/version.mk'];
  const source = await obtainSource({ name: 'libreswan', debian, wanted, proof: 'testing/pluto/TESTLIST' });
  const identity = { id: `libreswan-${source.version}`, sha256: source.sha256 };
  return { dir: join(source.dir, 'testing'), identity: async () => identity };
}

/** A checkout of the user's: its root, its `testing/` or `testing/pluto`. Throws `usage`. */
export function findCheckout(path: string): SuiteTree {
  const given = resolve(path);
  const candidates = [join(given, 'testing'), given, join(given, '..')];
  const dir = candidates.find((candidate) => existsSync(join(candidate, 'pluto', 'TESTLIST')));
  if (dir === undefined) {
    throw new Untestable('is not a source tree of libreswan', {
      file: given,
      remedy: 'give a folder that holds testing/pluto/TESTLIST',
    });
  }
  return { dir, identity: (packed) => identityOfCheckout(dir, packed) };
}

/** Nothing but its list of tests is known of a tree that no host reads. */
async function identityOfCheckout(dir: string, packed: PackedTree | undefined): Promise<SuiteIdentity> {
  const commit = await commitOf(dir);
  const version = versionOf(dir);
  return {
    id: version === undefined ? basename(resolve(dir, '..')) : `libreswan-${version}`,
    sha256: packed?.sha256 ?? sha256(new SuiteFiles(dir).read(join(dir, 'pluto', 'TESTLIST'))),
    ...(commit && { commit }),
  };
}

const longestVersionFile = 64 * 1024;

/** The version that the source tree around a `testing/` folder calls itself. */
function versionOf(testing: string): string | undefined {
  const files = new SuiteFiles(join(testing, '..'));
  const file = join(testing, '..', 'mk', 'version.mk');
  if (!files.isFile(file)) return undefined;
  const text = files.beginning(file, longestVersionFile).toString('utf8');
  return /^IPSECBASEVERSION[ \t]*\??=[ \t]*([\w.+~-]{1,64})/m.exec(text)?.[1];
}

/** SHA-256 over names and contents of a small tree. */
function hashOfTree(dir: string): string {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return sha256(paths.map((path) => `${path.slice(dir.length)} ${sha256(readFileSync(path))}\n`).join(''));
}
