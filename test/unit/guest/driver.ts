import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../src/base/files.ts';
import { projectDir } from '../../../src/base/folders.ts';

const guest = join(projectDir, 'guest');
const flags = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-Wall', '-Wextra', '-Werror'];
const units = [
  'plan',
  'clock',
  'watch',
  'deaths',
  'record',
  'terminal',
  'console',
  'order',
  'await',
  'capture',
  'ring',
  'net',
  'ports',
  'cost',
  'netlink',
  'fault',
  'rule',
  'detour',
  'change',
];

/** Why the parsers cannot be tried here; CI has a compiler, or fails. */
export const skip =
  process.env.CI !== 'true' && spawnSync('gcc', ['--version']).error !== undefined ? 'there is no gcc' : false;

function compile(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('gcc', [...flags, '-D_GNU_SOURCE', ...args], { cwd: guest, encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc ${args.join(' ')}: ${stderr}`);
}

/** A program of the guest's sources as they are now; built once for each state of them. */
function program(name: string, make: (out: string) => void): string {
  const sources = globSync('{agent,agent/qemu,starter,test}/*.[ch]', { cwd: guest }).sort();
  const state = sha256(sources.map((file) => readFileSync(join(guest, file), 'utf8')).join('\0')).slice(0, 16);
  const dir = join(projectDir, 'node_modules', '.cache', 'guest-driver');
  const path = join(dir, `${name}-${state}`);
  if (existsSync(path)) return path;
  mkdirSync(dir, { recursive: true });
  const made = `${path}.${process.pid}`;
  make(made);
  renameSync(made, path);
  return path;
}

/** A program of some units below `guest/`, with sanitizers. */
export function built(name: string, sources: readonly string[]): string {
  return program(name, (out) => compile('-o', out, ...sources));
}

/** The driver of the agent (guest/test/driver.c). */
function driver(): string {
  return program('driver', (out) => {
    compile('-c', '-o', `${out}.o`, 'test/driver.c');
    compile('-include', 'test/renamed.h', '-o', out, ...units.map((unit) => `agent/${unit}.c`), `${out}.o`);
  });
}

/** What the agent made of one input. */
export interface Outcome {
  /** It gave up in words: `errors` says why. */
  readonly gaveUp: boolean;
  /** What it wrote: records, a capture, or the driver's print of a plan. */
  readonly written: Buffer;
  readonly errors: string;
}

type Kind = 'plan' | 'orders' | 'console' | 'records' | 'capture' | 'faults';

/** Hands inputs to one of the agent's parsers. Throws where it did what a sanitizer forbids, with the input. */
export function drive(kind: Kind, inputs: readonly Uint8Array[]): Outcome[] {
  const framed = inputs.flatMap((bytes) => [u32(bytes.length), bytes]);
  const env = { ASAN_OPTIONS: 'detect_leaks=0:exitcode=99', UBSAN_OPTIONS: 'exitcode=99:print_stacktrace=1' };
  const { stdout, stderr, status } = spawnSync(driver(), [kind], {
    input: Buffer.concat(framed),
    env,
    maxBuffer: 256 << 20,
    timeout: 100_000,
  });
  if (status !== 0) throw new Error(`the driver ended with ${status}: ${stderr}`);
  let at = 0;
  const take = (): Buffer => {
    const size = stdout.readUInt32LE(at);
    const bytes = stdout.subarray(at + 4, at + 4 + size);
    at += 4 + size;
    return bytes;
  };
  return inputs.map((input) => {
    const ended = stdout.readUInt32LE(at);
    at += 4;
    const [written, errors] = [take(), take().toString()];
    const gaveUp = ended === 1 << 8;
    if (ended !== 0 && !gaveUp)
      throw new Error(`${kind} ${JSON.stringify(Buffer.from(input).toString('latin1'))}: ${errors}`);
    return { gaveUp, written, errors };
  });
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
