/**
 * Hands mutated suites and archives to the command line, one after the other in this process, and writes a line for each:
 * `{"seed", "ms", "trouble"}`. Whoever started it watches for lines that do not come, and for its memory.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ArtifactStore } from '../../src/base/artifacts.ts';
import { EspalierError } from '../../src/base/errors.ts';
import { commandLine } from '../../src/cli/program.ts';
import { randomNumbers } from '../unit/evidence/mutations.ts';
import { Canary, secret } from './canary.ts';
import { mutateArchive, originalArchive } from './mutate-archive.ts';
import { mutateTest, type Pick } from './mutate-suite.ts';
import { type MadeSuite, makeLibreswan, makeStrongswan } from './suite-templates.ts';
import { Traps } from './traps.ts';

const say = process.stdout.write.bind(process.stdout);
let output = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = ((text: string | Uint8Array) => {
    output += String(text);
    return true;
  }) as typeof stream.write;
}

/** Runs one command line as `main` does; gives what is wrong with it. */
async function command(...args: readonly string[]): Promise<string | undefined> {
  output = '';
  process.exitCode = 0;
  try {
    await commandLine().parseAsync([...args], { from: 'user' });
  } catch (error) {
    const isOurs = error instanceof EspalierError && error.fault !== 'bug';
    if (!isOurs) return `${args[0]} crashed: ${error instanceof Error ? error.stack : error}`;
    output += error.message;
  }
  if (/^ {4}at .*:\d+:\d+\)?$/m.test(output)) return `${args[0]} shows a stack: ${output.slice(0, 2000)}`;
  return output.includes(secret) ? `${args[0]} shows what is outside` : undefined;
}

interface Work {
  readonly seed: number;
  readonly dir: string;
  readonly canary: Canary;
  readonly traps: Traps;
  readonly pick: Pick;
}

/** Undamaged tests must pass whatever stands beside them. */
function soundTests(dir: string, { sound }: MadeSuite): string | undefined {
  const runs = join(dir, 'runs');
  const id = readdirSync(runs).findLast((name) => /^\d{4}-/.test(name)) ?? '';
  const { results } = JSON.parse(readFileSync(join(runs, id, 'results.json'), 'utf8')) as {
    results: { name: string; word: string }[];
  };
  const lost = sound.filter((name) => results.find((one) => one.name === name)?.word !== 'passed');
  return lost.length === 0 ? undefined : `undamaged tests did not pass: ${lost.join(', ')}: ${output.slice(0, 600)}`;
}

/** No file of the run holds what is outside. */
function leakIn(dir: string): string | undefined {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dir, name);
    if (statSync(path).isFile() && readFileSync(path).includes(secret)) return `${name} holds what is outside`;
  }
  return undefined;
}

async function trySuite({ seed, dir, canary, pick }: Work): Promise<string | undefined> {
  const suite = seed % 2 === 0 ? makeLibreswan(dir) : makeStrongswan(dir);
  const changes = suite.victims.flatMap((test) => mutateTest(test, pick, canary.dir));
  const common = [suite.name, '--suite', suite.tree];
  const run = ['run', ...common, '--substrate', 'fake', '--output', join(dir, 'runs'), '-j', '2', '--reporter', 'dot'];
  const trouble =
    (await command('list', ...common)) ??
    (await command(...run)) ??
    soundTests(dir, suite) ??
    (await command('accept', 'latest', '--yes', '--major', '--suite', suite.tree, '--output', join(dir, 'runs'))) ??
    leakIn(join(dir, 'runs'));
  return trouble && `${trouble}\n${suite.name}: ${changes.join('; ')}`;
}

const store = new ArtifactStore({ name: 'kernel', file: 'linux', facts: { parse: (value: unknown) => value } });

async function tryArchive({ dir, canary, traps, pick }: Work): Promise<string | undefined> {
  const present = await originalArchive(store, dir);
  const { file, change } = mutateArchive({ archive: present.archive, dir, outside: canary.dir, pick });
  // tar, which made both, asks for the names of owners.
  traps.forget();
  const trouble = await command('kernel', 'import', file);
  const kept = store.find(present.id);
  if (kept === undefined || readFileSync(kept.path, 'utf8') !== present.content)
    return `the cache lost a kernel: ${change}: ${output}`;
  return trouble && `${trouble}\n${change}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kind: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
  });
  const top = mkdtempSync(join(tmpdir(), 'espalier-fuzz-'));
  process.env.ESPALIER_CACHE = join(top, 'cache');
  process.env.XDG_STATE_HOME = join(top, 'state');
  process.chdir(top);
  const traps = new Traps();
  for (let seed = Number(values.from); seed < Number(values.to); seed += 1) {
    const random = randomNumbers(seed);
    const dir = join(top, String(seed));
    mkdirSync(dir);
    const work: Work = {
      seed,
      dir,
      traps,
      canary: new Canary(join(top, `outside-${seed}`)),
      pick: (limit) => Math.floor(random() * limit),
    };
    say(`${JSON.stringify({ seed })}\n`);
    const started = performance.now();
    const found = await (values.kind === 'archives' ? tryArchive(work) : trySuite(work));
    const trouble = found ?? work.canary.trouble() ?? traps.sprung();
    say(`${JSON.stringify({ seed, ms: Math.round(performance.now() - started), ...(trouble && { trouble }) })}\n`);
    rmSync(dir, { recursive: true, force: true });
    for (const path of [work.canary.dir, `${work.canary.dir}-linked`]) rmSync(path, { recursive: true, force: true });
  }
  rmSync(top, { recursive: true, force: true });
  process.exitCode = 0;
}

await main();
