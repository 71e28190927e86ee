import { createHash, randomBytes } from 'node:crypto';
import { recordType } from '../../../evidence/records/record.ts';

/** State of one fake host's shell. */
export interface FakeShell {
  readonly host: string;
  readonly cwd: string;
  /** Text that a background job prints before the next prompt. */
  notice: string;
  jobs: number;
  /** Files made by `fake: file` and `fake: log`, collected at the end. */
  readonly files: Map<string, Uint8Array>;
  /** Random bytes of the lab. */
  readonly random: (size: number) => Uint8Array;
}

/** What a command does to the lab beyond printing. */
export type FakeEffect =
  | { readonly kind: 'spin' | 'hang' | 'flood' | 'panic' | 'die' | 'exit' | 'out-of-memory' }
  | { readonly kind: 'wall'; readonly ms: number };

export interface FakeFrame {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface FakeOutcome {
  /** Lines that the kernel logs. */
  readonly kernel?: readonly string[];
  readonly output?: string | Uint8Array;
  readonly status?: number;
  /** Virtual nanoseconds that the command takes. */
  readonly ns?: bigint;
  readonly effect?: FakeEffect;
  /** Frames for the records, as the guest's own observers would write them. */
  readonly frames?: readonly FakeFrame[];
  /** Ethernet frames that go over a link. */
  readonly traffic?: { readonly link: string; readonly frames: readonly Uint8Array[] };
}

type Builtin = (words: readonly string[], shell: FakeShell) => FakeOutcome;

const second = 1_000_000_000;

const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => ({}),
  true: () => ({}),
  false: () => ({ status: 1 }),
  echo: (words) => ({ output: `${words.join(' ').replace(/^(['"])(.*)\1$/, '$2')}\n` }),
  hostname: (_, shell) => ({ output: `${shell.host}\n` }),
  pwd: (_, shell) => ({ output: `${shell.cwd}\n` }),
  sleep: ([time = '0', ampersand], shell) =>
    ampersand === '&' ? background(shell) : { ns: BigInt(Math.round(Number(time) * second)) },
  exit: () => ({ effect: { kind: 'exit' } }),
  // Another suite's remote shell: it is given a line in quotes.
  run: (words, shell) => interpret(words.join(' ').replace(/^'(.*)'$/s, '$1'), shell),
};

const fakes: Readonly<Record<string, Builtin>> = {
  panic: () => ({ effect: { kind: 'panic' } }),
  'out-of-memory': () => ({ effect: { kind: 'out-of-memory' } }),
  livelock: () => ({ effect: { kind: 'spin' } }),
  hang: () => ({ effect: { kind: 'hang' } }),
  flood: () => ({ effect: { kind: 'flood' } }),
  die: () => ({ effect: { kind: 'die' } }),
  exit: () => ({ effect: { kind: 'exit' } }),
  timeout: () => ({ ns: BigInt(Number.MAX_SAFE_INTEGER) }),
  wall: ([ms = '0']) => ({ effect: { kind: 'wall', ms: Number(ms) } }),
  background: (_, shell) => background(shell),
  status: ([status = '0']) => ({ status: Number(status) }),
  random: (_, shell) => ({ output: `${Buffer.from(shell.random(8)).toString('hex')}\n` }),
  unseeded: () => ({ output: `${randomBytes(8).toString('hex')}\n` }),
  bytes: ([hex = '']) => ({ output: Buffer.from(hex, 'hex') }),
  frames: (words) => ({
    frames: words.map((word) => {
      const [type = '', hex = ''] = word.split(':');
      return { type: Number(type), payload: Buffer.from(hex, 'hex') };
    }),
  }),
  death,
  kernel: (words) => ({ kernel: [words.join(' ')] }),
  traffic: ([link = '', ...frames]) => ({ traffic: { link, frames: frames.map((hex) => Buffer.from(hex, 'hex')) } }),
  lines: ([count = '1']) => ({ output: Array.from({ length: Number(count) }, (_, i) => `line ${i + 1}\n`).join('') }),
  log: ([path = '/tmp/log', ...words], shell) => {
    shell.files.set(
      path,
      Buffer.concat([shell.files.get(path) ?? Buffer.alloc(0), Buffer.from(`${words.join(' ')}\n`)]),
    );
    return {};
  },
  file: ([path = '/tmp/file', size = '0'], shell) => {
    shell.files.set(path, Buffer.alloc(Number(size), 'log line\n'));
    return {};
  },
};

/** A process that ended: its name, the signal (0: none), and words for what else is recorded. */
function death([program = '', signal = '9', ...more]: readonly string[]): FakeOutcome {
  const flags = (more.includes('core') ? 8 : 0) | (more.includes('forked') ? 1 : 0);
  const numberOf = (name: string, usual: number): number =>
    Number(more.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? usual);
  const head = Buffer.alloc(16);
  const status = Number(signal) | (numberOf('status', 0) << 8);
  for (const [index, value] of [numberOf('pid', 100), numberOf('parent', 1), status, flags].entries())
    head.writeUInt32LE(value, 4 * index);
  return { frames: [{ type: recordType.death, payload: Buffer.concat([head, Buffer.from(program)]) }] };
}

function background(shell: FakeShell): FakeOutcome {
  shell.jobs += 1;
  shell.notice = `[${shell.jobs}]+  Done                    background\n`;
  return { output: `[${shell.jobs}] ${1000 + shell.jobs}\n` };
}

/** Works off one typed line. A finished background job speaks before the prompt of the next command. */
export function interpret(line: string, shell: FakeShell): FakeOutcome {
  const notice = shell.notice;
  shell.notice = '';
  const words = line.trim().split(/\s+/);
  const [table, name = '', rest] =
    words[0] === 'fake:' ? [fakes, words[1], words.slice(2)] : [builtins, words[0], words.slice(1)];
  const builtin = name.startsWith('#') ? builtins[':'] : Object.hasOwn(table, name) ? table[name] : undefined;
  const outcome = builtin?.(rest, shell) ?? { output: `bash: ${name}: command not found\n`, status: 127 };
  if (notice === '') return outcome;
  return { ...outcome, output: Buffer.concat([Buffer.from(outcome.output ?? ''), Buffer.from(notice)]) };
}

/** Random bytes that are a function of the seed, or of nothing. */
export function randomSource(seed: bigint | undefined): (size: number) => Uint8Array {
  if (seed === undefined) return (size) => randomBytes(size);
  let counter = 0;
  return (size) => createHash('sha256').update(`${seed} ${counter++}`).digest().subarray(0, size);
}
