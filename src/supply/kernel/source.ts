import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, EspalierError } from '../../base/errors.ts';
import { cacheDir } from '../../base/folders.ts';
import { warn } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import type { DebianSuite } from '../debian/apt.ts';
import { downloadPackage, packageNames, packageVersion } from '../debian/packages.ts';

/** A kernel source package of Debian. */
export interface KernelSource {
  readonly package: string;
  readonly suite: DebianSuite;
  readonly version: string;
}

/** sid first: 7.x runs User Mode Linux in seccomp mode, three times as fast as 6.x. */
const suites = ['sid', 'trixie', 'bookworm'] as const;

/** The name with the highest kernel version among `linux-source-X.Y`. */
export function newestSourceName(names: readonly string[]): string | undefined {
  const versions = names.flatMap((name) => {
    const match = /^linux-source-(\d+)\.(\d+)$/.exec(name);
    return match ? [{ name, rank: Number(match[1]) * 1000 + Number(match[2]) }] : [];
  });
  return versions.sort((a, b) => b.rank - a.rank)[0]?.name;
}

/** The newest kernel source Debian has to offer, per suite in order of preference. */
export async function* kernelSources(): AsyncGenerator<KernelSource> {
  const problems: string[] = [];
  for (const suite of suites) {
    try {
      const name = newestSourceName(await packageNames('linux-source-', suite));
      const version = name && (await packageVersion(name, suite));
      if (name && version) yield { package: name, suite, version };
      else problems.push(`Debian ${suite} has no linux-source package`);
    } catch (error) {
      if (!(error instanceof EspalierError) || error.fault !== 'infrastructure') throw error;
      problems.push(error.message);
      warn(describeError(error));
    }
  }
  throw new EspalierError('infrastructure', 'no kernel source could be fetched from Debian', {
    output: problems.join('\n'),
    remedy: 'check the network, or give a kernel tree or binary of your own with --kernel DIR|FILE',
  });
}

/** Trees of the kernel source that no User Mode Linux build reads; only their Kconfig files are. */
const unusedTrees = [
  'Documentation/*.rst',
  'Documentation/*.yaml',
  'tools/testing/*.[chS]',
  'drivers/gpu/*.[ch]',
  'drivers/net/ethernet/*.[ch]',
  'drivers/net/wireless/*.[ch]',
  'drivers/media/*.[ch]',
  'drivers/staging/*.[ch]',
  'drivers/scsi/*.[ch]',
  'drivers/infiniband/*.[ch]',
  'sound/*.[ch]',
  'arch/arm/*.[chS]',
  'arch/arm/boot/*',
  'arch/arm64/*.[chS]',
  'arch/arm64/boot/*',
  'arch/powerpc/*.[chS]',
  'arch/powerpc/boot/*',
  'arch/mips/*.[chS]',
  'arch/mips/boot/*',
];

/** Downloads a kernel source and unpacks it below `dir`; gives the folder with its Makefile. */
export async function unpackKernelSource(source: KernelSource, dir: string): Promise<string> {
  const deb = await downloadPackage(source.package, source.suite, cacheDir('downloads'));
  mkdirSync(dir, { recursive: true });
  const inner = `./usr/src/${source.package}.tar.xz`;
  const excludes = unusedTrees.map((tree) => `--exclude='*/${tree}'`).join(' ');
  // The package holds a tarball: unpacked on the fly, so that 160 MB need not be written twice.
  const script = `set -e; dpkg --fsys-tarfile "$1" | tar -xO "$2" | tar -xJ -C "$3" ${excludes}`;
  await succeed('sh', ['-c', script, 'unpack', deb, inner, dir], { limits: programLimits.archive });
  rmSync(deb, { force: true });
  const [tree] = readdirSync(dir);
  if (tree === undefined) throw new EspalierError('infrastructure', `holds no ${inner}`, { file: deb });
  return join(dir, tree);
}
