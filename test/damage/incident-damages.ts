import { recordType } from '../../src/evidence/records/record.ts';
import { concat, encodeFrame, type Frame, recordsHeader } from '../../src/evidence/records/writer.ts';
import type { Damage, Damaged } from './damage.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** A process that ends just before the post-mortem. */
interface End {
  readonly id: string;
  readonly expected: Damage['expected'];
  readonly why: string;
  readonly program: string;
  readonly signal: number;
}

const ends: readonly End[] = [
  { id: 'daemon-crashes', expected: 'crash', why: 'it dumped core', program: 'pluto', signal: 11 },
  { id: 'daemon-is-killed', expected: 'crash', why: 'no command sent the signal', program: 'pluto', signal: 9 },
  { id: 'program-crashes', expected: 'crash', why: 'a program under test dumped core', program: 'ip', signal: 6 },
  { id: 'program-is-killed', expected: 'passed', why: 'a shell ends its jobs', program: 'ping', signal: 15 },
  { id: 'daemon-ends', expected: 'major', why: 'no command told it to end', program: 'pluto', signal: 0 },
];

/** A line that comes to the end of a file. */
interface Added {
  readonly id: string;
  readonly expected: Damage['expected'];
  readonly why: string;
  readonly file: (attempt: StoredAttempt) => string | undefined;
  readonly line: string;
}

const kernelLog = (): string => 'kernel.log';
const daemonLog = ({ hosts, read, scenario }: StoredAttempt): string | undefined =>
  hosts.map((host) => `files${scenario.cwd}/OUTPUT/${host}.pluto.log`).find((name) => read(name) !== undefined);

const added: readonly Added[] = [
  {
    id: 'log-assertion',
    expected: 'crash',
    why: 'the daemon found itself wrong, and gave up',
    file: daemonLog,
    line: 'FATAL: ASSERTION FAILED: st != NULL (x() +1 a.c)',
  },
  {
    id: 'log-expectation',
    expected: 'major',
    why: 'the daemon found itself wrong',
    file: daemonLog,
    line: 'EXPECTATION FAILED: "net" #1: st != NULL (x() +1 a.c)',
  },
  {
    id: 'log-sanitizer',
    expected: 'crash',
    why: 'the daemon used memory that it had freed',
    file: daemonLog,
    line: '==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2',
  },
  {
    id: 'kernel-warning',
    expected: 'crash',
    why: 'the kernel found itself wrong',
    file: kernelLog,
    line: '[   61.000000] WARNING: net/core/skbuff.c:1 at x+0x1/0x2, CPU#0: ping/187',
  },
  {
    id: 'kernel-kasan',
    expected: 'crash',
    why: 'the kernel used memory that it had freed',
    file: kernelLog,
    line: '[   61.000000] BUG: KASAN: slab-use-after-free in x+0x1/0x2',
  },
  {
    id: 'kernel-logs-packet',
    expected: 'passed',
    why: 'a filter logs packets with any prefix',
    file: kernelLog,
    line: '[   61.000000] WARNING: IN=eth0 OUT= MAC=12:00 SRC=192.0.2.1 DST=192.0.2.2',
  },
];

/** Processes that end, lines of logs and of the kernel. */
export const incidentDamages: readonly Damage[] = [
  ...ends.map(({ id, expected, why, ...end }): Damage => ({ id, expected, why, apply: (one) => withEnd(one, end) })),
  ...added.map(
    ({ id, expected, why, ...line }): Damage => ({ id, expected, why, apply: (one) => withLine(one, line) }),
  ),
];

function withEnd(
  { hosts, records }: StoredAttempt,
  { program, signal }: Pick<End, 'program' | 'signal'>,
): Damaged | undefined {
  const at = records.findIndex(({ type }) => type === recordType.postMortem);
  const next = records[at];
  if (next === undefined) return undefined;
  const head = new DataView(new ArrayBuffer(16));
  for (const [index, value] of [700, 1, signal, 0].entries()) head.setUint32(4 * index, value, true);
  const payload = concat([new Uint8Array(head.buffer), new TextEncoder().encode(program)]);
  const end: Frame = { type: recordType.death, host: next.host, time: next.time, payload };
  const frames = [...records.slice(0, at), end, ...records.slice(at)];
  const files = new Map([
    ['records', concat([recordsHeader(), ...frames.map((frame, index) => encodeFrame(frame, index))])],
  ]);
  return { files, where: `${hosts[next.host]}: ${program}`, limit: byCommand };
}

/** A test's last command may be one that ends the daemon. */
function byCommand({ word }: { readonly word: string }): string | undefined {
  return word === 'passed' ? 'a command has just ended the daemon' : undefined;
}

function withLine(attempt: StoredAttempt, { file, line }: Pick<Added, 'file' | 'line'>): Damaged | undefined {
  const name = file(attempt);
  const before = name === undefined ? undefined : attempt.read(name);
  if (name === undefined || before === undefined) return undefined;
  return {
    files: new Map([[name, concat([before, new TextEncoder().encode(`\n${line}\n`)])]]),
    where: `${name}: ${line}`,
  };
}
