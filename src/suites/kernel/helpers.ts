import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { readJsonIfPresent, sha256, writeAtomic } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { codeFile } from '../../base/form.ts';
import { say, warn } from '../../base/log.ts';
import { succeed, tail } from '../../base/processes.ts';
import { startProgress } from '../../base/progress.ts';
import { ensureTools } from '../../supply/debian/machine-tools.ts';
import { chooseBuilder, ensureOverlayImage, type Overlay } from '../../supply/image/image.ts';
import { builtIn, ensureBuildRoot } from '../../supply/source/build-root.ts';
import { syncCopy } from '../../supply/source/copy.ts';
import { filesOf } from '../../supply/source/repository.ts';
import { runSandboxed } from '../../supply/source/sandbox.ts';
import { SuiteFiles } from '../suite-files.ts';
import { type HelperFailure, helperFailures } from './make-errors.ts';
import { type Helpers, helpersOf, selftests } from './programs.ts';
import { type KernelTree, ownFiles, parts } from './tree.ts';

/** The tests with their compiled helpers, as hosts see them below `/opt/kselftests`. */
export interface BuiltTests {
  readonly layer: Overlay;
  readonly failures: readonly HelperFailure[];
}

/** What helpers are compiled with, beside the image's packages. BPF programs would need a second compiler. */
const packages = [
  'gcc',
  'libc6-dev',
  'make',
  'pkgconf',
  'libcap-dev',
  'libnuma-dev',
  'libmnl-dev',
  'libssl-dev',
  'libsctp-dev',
  'flex',
  'bison',
  'rsync',
  'perl',
  'python3-jsonschema',
];

const script = codeFile('suites/kernel/build-helpers.sh');
const noteSchema = z.object({
  made: z.string(),
  failures: z.array(z.object({ folder: z.string(), helper: z.string(), why: z.string() })),
});

function placesOf(dir: string) {
  const base = join(cacheDir('source'), 'selftests', sha256(dir).slice(0, 16));
  const at = (name: string): string => join(base, name);
  return {
    base,
    copy: at('copy'),
    objects: at('objects'),
    installed: at('installed'),
    log: at('build.log'),
    note: at('note.json'),
    manifest: at('manifest.json'),
  };
}

type Places = ReturnType<typeof placesOf>;

/** What one could not compile when a tree's helpers were last built; empty where they never were. Builds nothing. */
export function knownFailures({ dir }: KernelTree): readonly HelperFailure[] {
  return readJsonIfPresent(placesOf(dir).note, noteSchema)?.failures ?? [];
}

/**
 * Compiles the helpers of a tree in the root of an image's packages, without network and never as the machine's root, and packs the tests
 * with them. A helper that does not compile is no error. Throws `usage` where the tree's headers cannot be made.
 */
export async function buildHelpers(tree: KernelTree, image: string, signal?: AbortSignal): Promise<BuiltTests> {
  const places = placesOf(tree.dir);
  mkdirSync(places.base, { recursive: true });
  return withLock(
    `${places.base}.lock`,
    () => built(tree, image, { places, signal }),
    () => say('waiting for another process that compiles the selftests'),
  );
}

interface Making {
  readonly places: Places;
  readonly signal: AbortSignal | undefined;
}

async function built(tree: KernelTree, image: string, { places, signal }: Making): Promise<BuiltTests> {
  await ensureTools('image');
  const builder = await chooseBuilder('the selftests', signal);
  const root = await ensureBuildRoot({ image, packages, builder, signal });
  const before = readJsonIfPresent(places.note, noteSchema);
  // Whatever ends the command from here on must not leave a note about other files.
  rmSync(places.note, { force: true });
  const changed = syncCopy({ from: tree.dir, to: places.copy, manifest: places.manifest }, await wantedFiles(tree.dir));
  const helpers = helpersOf(new SuiteFiles(tree.dir));
  const made = sha256(JSON.stringify([root, readFileSync(script, 'utf8'), helpers]));
  const isThere = !changed && before?.made === made && existsSync(places.installed);
  const failures = isThere ? before.failures : await compile({ tree, root, builder, helpers }, { places, signal });
  writeAtomic(places.note, JSON.stringify({ made, failures }));
  return { layer: await ensureOverlayImage(places.installed), failures };
}

async function wantedFiles(dir: string): Promise<string[]> {
  const isWanted = (path: string): boolean =>
    parts.some((part) => path === part || path.startsWith(`${part}/`)) || ownFiles.test(path);
  return (await filesOf(dir, [])).filter(isWanted);
}

interface Bench {
  readonly tree: KernelTree;
  readonly root: string;
  readonly builder: Awaited<ReturnType<typeof chooseBuilder>>;
  readonly helpers: Helpers;
}

async function compile({ tree, root, builder, helpers }: Bench, { places, signal }: Making): Promise<HelperFailure[]> {
  const { copy, objects, installed, log } = places;
  for (const folder of [objects, installed]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  if (builder.mode === 'root') await succeed('chown', ['-R', '65534:65534', copy, objects, installed]);
  using progress = startProgress(`compiling the selftests of ${tree.version}`);
  const lines: string[] = [];
  const file = createWriteStream(log);
  const result = await runSandboxed({
    what: tree.dir,
    builder,
    base: cacheDir('source'),
    root,
    folders: { [builtIn.source]: copy, [builtIn.objects]: objects, [builtIn.installed]: installed },
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/tmp',
      LC_ALL: 'C.UTF-8',
      SOURCE: builtIn.source,
      OBJECTS: builtIn.objects,
      INSTALLED: builtIn.installed,
      FOLDERS: [...new Set(helpers.targets.map((target) => dirname(target)))].join(' '),
      TARGETS: helpers.targets.join(' '),
    },
    script: readFileSync(script, 'utf8'),
    onLine: (line) => {
      lines.push(line);
      file.write(`${line}\n`);
      progress.update(0);
    },
    signal,
  });
  await new Promise((resolve) => file.end(resolve));
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the build was stopped');
  if (result.status !== 0) {
    throw new EspalierError('usage', 'its selftests cannot be compiled', {
      file: tree.dir,
      output: tail(lines.join('\n'), 8),
      remedy: `the whole log: ${log}`,
    });
  }
  const failures = [...helperFailures(lines, `${builtIn.source}/${selftests}`), ...helpers.left];
  progress.end(`compiled the selftests of ${tree.version}`);
  if (failures.length > 0)
    warn(`${failures.length} helpers of the selftests do not compile; tests that need them are unsupported (${log})`);
  return failures;
}
