import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import type { Commit } from '../../model/attempt.ts';
import { readLock } from '../../supply/debian/lock-file.ts';
import { downloadPackage, packageVersion } from '../../supply/debian/packages.ts';
import { commitOf } from '../commit.ts';
import { selftests } from './programs.ts';

/** A kernel tree whose selftests run. */
export interface KernelTree {
  readonly dir: string;
  /** For people: `linux 7.2.13-1`, or the folder's name. */
  readonly version: string;
  readonly commit?: Commit;
}

/** A file that every tree with selftests has. */
const proof = `${selftests}/lib.mk`;

/** What of a tree the helpers of network tests are compiled from, and what their scripts read. */
export const parts: readonly string[] = [
  'Makefile',
  'Kbuild',
  'arch/x86',
  'include/uapi',
  'scripts',
  'tools/arch/x86/include',
  'tools/build',
  'tools/include',
  'tools/lib/api',
  'tools/lib/bpf',
  'tools/net/ynl',
  'tools/scripts',
  'Documentation/netlink',
  `${selftests}/clone3`,
  `${selftests}/kselftest`,
  `${selftests}/net`,
  `${selftests}/pidfd`,
  `${selftests}/wireguard`,
];

/** Single files beside those folders. */
export const ownFiles: RegExp =
  /^tools\/testing\/selftests\/[\w.]+\.(?:h|mk|sh)$|^tools\/testing\/selftests\/Makefile$/;

/** Patterns of what is unpacked of a source package. */
const unpacked = [...parts, `${selftests}/*.h`, `${selftests}/*.mk`, `${selftests}/*.sh`, `${selftests}/Makefile`];

/** Whether there are selftests in a tree. */
export function hasSelftests(dir: string): boolean {
  return existsSync(join(dir, proof));
}

/** A tree of the user's. Throws `usage` where it has no selftests. */
export async function openTree(path: string): Promise<KernelTree> {
  const dir = resolve(path);
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory() || !hasSelftests(dir)) {
    throw new EspalierError('usage', 'is no kernel tree with selftests', {
      file: dir,
      remedy: `give a folder that holds ${proof}`,
    });
  }
  const commit = await commitOf(dir);
  return { dir, version: `linux ${commit?.hash.slice(0, 12) ?? basename(dir)}`, ...(commit && { commit }) };
}

/** The selftests of Debian's kernel source of the tested version, unpacked once. */
export async function obtainTree(): Promise<KernelTree> {
  const { kernel } = readLock();
  if (kernel === undefined) throw new EspalierError('bug', 'images/lock.json names no kernel');
  // Who unpacked fewer parts before has another folder.
  const dir = join(cacheDir('suites'), `linux-${kernel.version}-${sha256(unpacked.join('\n')).slice(0, 8)}`);
  await withLock(
    `${dir}.lock`,
    async () => {
      if (existsSync(dir)) return;
      const offered = await packageVersion(kernel.package, kernel.suite);
      if (offered !== kernel.version)
        say(`Debian has ${kernel.package} ${offered ?? 'no more'}; ${kernel.version} was tested`);
      await unpack(await downloadPackage(kernel.package, kernel.suite, cacheDir('downloads')), kernel.package, dir);
    },
    () => say('waiting for another process that unpacks the selftests'),
  );
  return { dir, version: `linux ${kernel.version}` };
}

/** Unpacks the parts that the suite reads, beside the target, and moves them there when whole. */
async function unpack(deb: string, name: string, dir: string): Promise<void> {
  mkdirSync(cacheDir('suites'), { recursive: true });
  const work = mkdtempSync(`${dir}.`);
  try {
    const patterns = unpacked.map((part) => `*/${part}`);
    const script =
      'deb=$1 inner=$2 to=$3; shift 3; dpkg --fsys-tarfile "$deb" | tar -xO "$inner" | tar -xJ -C "$to" --wildcards --no-wildcards-match-slash --no-same-owner "$@"';
    await succeed('sh', ['-c', script, 'unpack', deb, `./usr/src/${name}.tar.xz`, work, ...patterns], {
      limits: programLimits.archive,
    });
    const [top] = readdirSync(work);
    if (top === undefined || !hasSelftests(join(work, top))) {
      throw new EspalierError('infrastructure', `holds no ${proof}`, { file: deb });
    }
    renameSync(join(work, top), dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
