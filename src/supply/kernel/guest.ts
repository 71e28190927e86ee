import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { succeed } from '../../base/processes.ts';
import { ensureTools } from '../debian/machine-tools.ts';

/** The compiled parts of a lab. */
export interface GuestBinaries {
  /** Static program: the lab's first process. */
  readonly agent: GuestProgram;
  /** Shared object for LD_PRELOAD into the kernel process: seeds its randomness, adds CPU times to the agent's marks, stops it for a debugger. */
  readonly shim: GuestProgram;
  /** Static program: puts up the lab's walls and takes its evidence. */
  readonly starter: GuestProgram;
}

export type GuestProgram = Pick<Artifact<unknown>, 'path' | 'id' | 'sha256'>;

const factsSchema = z.object({ sources: z.array(z.string()), compiler: z.string() });
const agents = new ArtifactStore({ name: 'guest-agent', file: 'agent', facts: factsSchema });
const starters = new ArtifactStore({ name: 'guest-starter', file: 'starter', facts: factsSchema });
const benches = new ArtifactStore({ name: 'guest-xfrm-bench', file: 'xfrm-bench', facts: factsSchema });
const clocks = new ArtifactStore({ name: 'guest-machine-clock', file: 'machine-clock.so', facts: factsSchema });
const shims = new ArtifactStore({ name: 'guest-shim', file: 'seed.so', facts: factsSchema });

const folder = join(projectDir, 'guest');

const program = ['-O2', '-static', '-s', '-D_GNU_SOURCE'];

const sharedObject = ['-O2', '-shared', '-fPIC', '-s'];

/** Units of the agent that know of User Mode Linux: how it is surrounded, its links, its faults and captures. */
const umlUnits = ['await', 'books', 'capture', 'change', 'detour', 'fault', 'place', 'ports', 'ring', 'rule', 'watch'];

/** The agent as the first process of a machine of its own (guest/agent/qemu). Compiled as `ensureGuest` does. */
export function ensureMachineAgent(): Promise<GuestProgram> {
  const others = umlUnits.map((unit) => join(folder, 'agent', `${unit}.c`));
  const common = sourcesIn('agent').filter((file) => !others.includes(file));
  return compile(agents, [...common, ...sourcesIn(join('agent', 'qemu'))], program);
}

/** The library that gives QEMU's machines the time of their lab, for LD_PRELOAD. Compiled as `ensureGuest` does. */
export function ensureMachineClock(): Promise<GuestProgram> {
  return compile(clocks, [join(folder, 'machine-clock.c')], sharedObject);
}

/** Compiled once per content of the sources, flags and compiler. */
export async function ensureGuest(): Promise<GuestBinaries> {
  const agent = await compile(agents, sourcesIn('agent'), program);
  const starter = await compile(starters, sourcesIn('starter'), program);
  const units = ['cost.c', 'hold.c', 'seed.c', 'shim.h'].map((unit) => join(folder, unit));
  const shim = await compile(shims, units, sharedObject);
  return { agent, shim, starter };
}

/** The program that `espalier bench xfrm` runs in a lab: static, so that any image will do. */
export function ensureXfrmBench(): Promise<GuestProgram> {
  return compile(benches, sourcesIn('xfrm-bench'), program);
}

function sourcesIn(name: string): string[] {
  const dir = join(folder, name);
  const units = readdirSync(dir).filter((unit) => /\.[ch]$/.test(unit));
  return units.sort().map((unit) => join(dir, unit));
}

type Store = typeof agents;

/** `-Wl,--build-id=none` and no paths in the output: equal sources give equal bytes. */
async function compile(store: Store, sources: readonly string[], flags: readonly string[]): Promise<GuestProgram> {
  const contents = sources.map((file) => `${file.slice(folder.length)}\n${readFileSync(file, 'utf8')}`).join('\n');
  // The compiler is asked for its version only when there is something to compile: forks cost time.
  const id = sha256(`${flags.join(' ')}\n${contents}`).slice(0, 16);
  return store.ensure(id, async (out) => {
    await ensureTools('guest');
    const compiler = (await succeed('gcc', ['--version'])).stdout.toString().split('\n')[0] ?? '';
    const units = sources.filter((file) => file.endsWith('.c'));
    await succeed('gcc', ['-Wall', '-Wextra', ...flags, '-Wl,--build-id=none', '-o', out, ...units], { cwd: folder });
    return { sources: sources.map((file) => file.slice(folder.length + 1)), compiler };
  });
}

/** The agent as it was compiled: whatever happened to the file in the cache since, no other one boots. */
export function agentBytes(agent: GuestProgram): Buffer {
  return programBytes(agent, 'the agent');
}

/** A program as it was compiled, called so. */
export function programBytes({ path, sha256: expected }: GuestProgram, what: string): Buffer {
  const bytes = readFileSync(path);
  if (sha256(bytes) === expected) return bytes;
  throw new EspalierError('infrastructure', `${what} in the cache was changed after it was compiled`, {
    file: path,
    remedy: 'delete its folder; it is compiled again',
  });
}
