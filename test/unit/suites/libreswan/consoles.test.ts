import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleCommand } from '../../../../src/evidence/records/consoles.ts';
import type { EndWord } from '../../../../src/model/attempt.ts';
import type { Step } from '../../../../src/model/scenario.ts';
import { type ConsoleStyle, composeConsoles, type RawConsoles } from '../../../../src/suites/libreswan/consoles.ts';

const origin = { file: '1.sh', line: 1 };
const steps: readonly Step[] = [
  { kind: 'command', host: 'east', line: 'one', origin },
  { kind: 'comment', host: 'east', line: '# why', origin },
  { kind: 'comment', host: '*', line: '# both', origin },
  { kind: 'command', host: 'rise', line: 'two', origin },
];
const ended = (line: string, output: string, rest: Partial<ConsoleCommand> = {}): ConsoleCommand => ({
  line,
  begin: 0n,
  end: 1n,
  status: 0,
  cwd: '/testing/pluto/T',
  pieces: [{ time: 0n, bytes: Buffer.from(output) }],
  output: Buffer.from(output),
  ...rest,
});

interface Course {
  readonly east: readonly ConsoleCommand[];
  readonly rise: readonly ConsoleCommand[];
  readonly end?: EndWord;
  readonly postMortem?: string;
  readonly style?: ConsoleStyle;
}
function compose({
  east,
  rise,
  end = 'completed',
  postMortem,
  style,
}: Course): RawConsoles & { text: Record<string, string> } {
  const transcripts = [
    { host: 'east', commands: east, rest: [] },
    { host: 'rise', commands: rise, rest: [] },
  ];
  const parts = { test: 'T', hosts: ['east', 'rise'], steps, guests: { 3: 'fedorarise' }, transcripts, end };
  const raw = composeConsoles({
    ...parts,
    ...(postMortem !== undefined && { postMortem }),
    ...(style !== undefined && { style }),
  });
  const text = Object.fromEntries([...raw.consoles].map(([host, bytes]) => [host, Buffer.from(bytes).toString()]));
  return { ...raw, text };
}
const done = '>>>>>>>>>>cut>>>>>>>>>> done <<<<<<<<<<tuc<<<<<<<<<<';

test('consoles read as the suite’s driver writes them', () => {
  const course = { east: [ended('one', '1\n', { step: 0 })], rise: [ended('two', '', { step: 3, status: 5 })] };
  const { text, complete } = compose(course);
  assert.equal(complete, true);
  assert.deepEqual(text, {
    east: `one\n1\n[root@east T]# # why\n[root@east T]# ${done}`,
    rise: `two\n[root@rise T]# ${done}`,
    all: `east# one\n\n1\n\n# why\n# both\n\nfedorarise# two\n\n${done}`,
  });
});

test('a command past its deadline gets a mark, and nothing follows on any host', () => {
  const { end: _, ...hanging } = ended('one', 'so far', { step: 0 });
  const { text, complete } = compose({ east: [hanging], rise: [], end: 'timeout', postMortem: 'pm' });
  assert.equal(complete, true);
  assert.equal(text.east, `one\nso far>>>>>>>>>> TIMEOUT while running command 1.sh east# one <<<<<<<<<<${done}`);
  assert.equal(text.rise, done);
});

test('a lab that died leaves consoles without the closing mark', () => {
  const { end: _, ...cut } = ended('one', 'so far', { step: 0 });
  const { text, complete } = compose({ east: [cut], rise: [], end: 'lab-died' });
  assert.deepEqual([complete, text.east, text.rise], [false, 'one\nso far', '']);
});

test('a shell that left its directory makes the suite’s driver give up', () => {
  const { complete, exception } = compose({ east: [ended('one', '', { step: 0, cwd: '/tmp' })], rise: [] });
  assert.equal(complete, false);
  assert.deepEqual([exception?.host, exception?.command], ['east', 'one']);
});

test('a post-mortem is wrapped in marks, and left open where it found something', () => {
  const course = {
    east: [ended('one', '', { step: 0 }), ended('pm', 'fine\n')],
    rise: [ended('two', '', { step: 3 }), ended('pm', 'bad\n', { status: 1 })],
    postMortem: 'pm',
  };
  const { text } = compose(course);
  const [opened, closed] = ['>>>>>>>>>> post-mortem >>>>>>>>>>', '<<<<<<<<<< post-mortem <<<<<<<<<<'];
  assert.ok(text.east?.endsWith(`${opened}pm\nfine\n\n[root@rise T]# ${closed}${done}`), text.east);
  assert.ok(text.rise?.endsWith(`${opened}pm\nbad\n\n${done}`), text.rise);
  assert.ok(text.all?.endsWith(`${opened}east# pm\n\nfine\n\nfedorarise# pm\n\nbad\n\n${done}`), text.all);
});

test('since 5.3 the marks of a post-mortem read as commands, each with its prompt', () => {
  const course = {
    east: [ended('one', '', { step: 0 }), ended('pm', 'fine\n')],
    rise: [ended('two', '', { step: 3 }), ended('pm', 'bad\n', { status: 1 })],
    postMortem: 'pm',
    style: 'typed-marks',
  } as const;
  const { text } = compose(course);
  const [opened, closed] = [': >>>>>>>>>> post-mortem >>>>>>>>>>', ': <<<<<<<<<< post-mortem <<<<<<<<<<'];
  const at = (host: string): string => `[root@${host} T]# `;
  const [east, rise] = [at('east'), at('rise')];
  assert.ok(text.east?.endsWith(`${east}${opened}\n${east}pm\nfine\n${east}${closed}\n${east}${done}`), text.east);
  assert.ok(text.rise?.endsWith(`${rise}${opened}\n${rise}pm\nbad\n${done}`), text.rise);
  const { end: _, ...hanging } = ended('one', 'so far', { step: 0 });
  const stopped = compose({ east: [hanging], rise: [], end: 'timeout', style: 'typed-marks' });
  assert.ok(stopped.text.east?.startsWith('one\nso far>>>>>>>>>> TIMEOUT while running command one <<<<<<<<<<'));
});
