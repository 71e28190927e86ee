import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { projectDir } from '../../base/folders.ts';
import { codeFile } from '../../base/form.ts';
import { warn } from '../../base/log.ts';
import { type RunOptions, type RunResult, succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import type { Progress } from '../../base/progress.ts';
import { profiling } from './coverage.ts';
import { type Kconfig, missedOptions, parseKconfig } from './kconfig.ts';

/** What to build and where. */
export interface KernelBuild {
  /** Folder of the kernel source. */
  readonly source: string;
  /** Folder for objects; the source folder itself for a tree that is thrown away. */
  readonly objects: string;
  readonly config: Kconfig;
  readonly progress: Progress;
  /** Part of the progress that the build takes: from, to. */
  readonly share: readonly [number, number];
  /** Objects an earlier build compiled; the progress is counted in them. */
  readonly expectedObjects: number;
  /** Build fast, for a kernel that is a tool; one that is itself under test is built as it asks. */
  readonly quick: boolean;
  /** With counters of what runs, in the folders of `profiledFolders`. */
  readonly coverage?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltKernel {
  /** The unstripped binary. */
  readonly binary: string;
  readonly objects: number;
  /** Release as the kernel itself tells it: `7.2.13`. */
  readonly release: string;
  /** Lines of `modules.builtin`: `kernel/net/xfrm/xfrm_user.ko`. Absent: this kernel's makefiles make no such file. */
  readonly builtIn?: readonly string[];
}

const quickCompilerOf = (objects: string): string => join(objects, 'espalier-cc');

/** Puts the compiler that saves time, with the headers that it reads once, beside the objects. Not for objects of an earlier build. */
function placeQuickCompiler(objects: string): string {
  const compiler = quickCompilerOf(objects);
  copyFileSync(codeFile('supply/kernel/quick-compiler.sh'), compiler);
  chmodSync(compiler, 0o755);
  cpSync(join(projectDir, 'kernel/headers'), join(objects, 'espalier-headers'), { recursive: true });
  return compiler;
}

/**
 * Configures and compiles a User Mode Linux. Names and dates that a kernel carries are fixed,
 * so that two builds of one source say the same in `uname -a`.
 */
export async function buildKernel(build: KernelBuild): Promise<BuiltKernel> {
  const { source, objects, progress, share } = build;
  mkdirSync(objects, { recursive: true });
  const wanted = join(objects, 'espalier.config');
  writeFileSync(wanted, [...build.config].map(([name, value]) => `${name}=${value}\n`).join(''));
  const compiler = build.quick ? placeQuickCompiler(objects) : 'gcc';
  const separate = objects === source ? [] : [`O=${objects}`];
  const make = (args: readonly string[], options: RunOptions = {}) =>
    runMake(source, [...separate, `CC=${compiler}`, ...(build.coverage ? profiling : []), ...args], {
      ...options,
      signal: build.signal,
    });

  progress.update(share[0], 'configuring');
  await make([`KCONFIG_ALLCONFIG=${wanted}`, 'allnoconfig']);
  const missed = missedOptions(build.config, parseKconfig(readFileSync(join(objects, '.config'), 'utf8')));
  if (missed.length > 0) {
    warn(`this kernel ignores ${missed.length} options; tests that need them give other results:`);
    for (const line of missed) warn(`  ${line}`);
  }

  let compiled = 0;
  const onLine = (line: string): void => {
    const file = /^ {2}(?:CC|AS) +(\S+)/.exec(line)?.[1];
    if (file === undefined) return;
    compiled += 1;
    const part = Math.min(1, compiled / build.expectedObjects);
    progress.update(share[0] + (share[1] - share[0]) * part, file);
  };
  // One job more than processors: the disk and the linker leave gaps.
  await make([`-j${availableParallelism() + 1}`, 'linux'], { onLine });
  const release = (await make(['-s', 'kernelrelease'])).stdout.toString().trim().split('\n').at(-1) ?? '';
  const list = join(objects, 'modules.builtin');
  const builtIn = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : undefined;
  return { binary: join(objects, 'linux'), objects: compiled, release, ...(builtIn && { builtIn }) };
}

/**
 * Makes some targets anew (`linux`, `net/xfrm/xfrm_input.o`) of a tree that `buildKernel` built in itself with `quick`, after a source file of it
 * has changed. Its configuration stays.
 */
export async function remakeKernel(tree: string, targets: readonly string[], signal?: AbortSignal): Promise<void> {
  await runMake(tree, [`CC=${quickCompilerOf(tree)}`, ...targets], { signal });
}

function runMake(source: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return succeed('make', ['-C', source, 'ARCH=um', ...args], {
    ...options,
    limits: programLimits.kernelBuild,
    env: makeEnvironment(source),
  });
}

function makeEnvironment(source: string): NodeJS.ProcessEnv {
  const makefile = statSync(join(source, 'Makefile'), { throwIfNoEntry: false });
  if (!makefile) throw new EspalierError('usage', 'is not a kernel source tree: it has no Makefile', { file: source });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    LC_ALL: 'C',
    KBUILD_BUILD_TIMESTAMP: makefile.mtime.toISOString(),
    KBUILD_BUILD_USER: 'espalier',
    KBUILD_BUILD_HOST: 'espalier',
    KBUILD_BUILD_VERSION: '1',
  };
  // A make or npm above this one must not pass its own flags on.
  for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'ARCH', 'CROSS_COMPILE', 'O']) delete env[name];
  return env;
}
