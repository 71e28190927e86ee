import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordType } from '../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../src/evidence/records/writer.ts';
import { compareAttempts, type Repeat } from '../../../src/results/repeats.ts';
import { repeat } from './repeat.ts';

const begin = (line: string, time = 1n): Frame => ({
  type: recordType.commandBegin,
  host: 0,
  time,
  payload: numbered(0, line),
});
const output = (text: string, time = 2n): Frame => ({
  type: recordType.output,
  host: 0,
  time,
  payload: Buffer.from(text),
});
const end = (status = 0): Frame => ({ type: recordType.commandEnd, host: 0, time: 3n, payload: numbered(status, '/') });
const other: Frame = { type: recordType.xfrmEvent, host: 0, time: 2n };

function attempt(frames: readonly Frame[], captures: Readonly<Record<string, string>> = {}): Repeat {
  const links = Object.entries(captures).map(([name, text]) => [`links/${name}`, Buffer.from(text)] as const);
  return repeat({ records: encodeRecords(['east'], frames), ...Object.fromEntries(links) });
}

test('equal transcripts and captures are equal whatever else was recorded', () => {
  const frames = [begin('echo'), output('a'), end()];
  const one = attempt(frames, { 'l.pcapng': 'x' });
  const two = attempt([begin('echo'), other, output('a'), end()], { 'l.pcapng': 'x' });
  assert.equal(compareAttempts(one, two), undefined);
});

test('the first record that differs is named with host and command', () => {
  const one = attempt([begin('ip xfrm state'), output('spi 1'), end()]);
  const two = attempt([begin('ip xfrm state'), output('spi 2'), end(1)]);
  assert.deepEqual(compareAttempts(one, two), {
    kind: 'transcripts-differ',
    word: 'nondeterminism',
    host: 'east',
    file: 'records',
    command: 'ip xfrm state',
    message: 'two attempts of one seed first differ at record 2 (output)',
    excerpt: '-output at 0.000000001 s\n-spi 1\n+output at 0.000000001 s\n+spi 2',
  });
});

test('a difference of time alone counts', () => {
  const issue = compareAttempts(attempt([begin('x'), output('a')]), attempt([begin('x'), output('a', 9n)]));
  assert.equal(issue?.excerpt, '-output at 0.000000001 s\n-a\n+output at 0.000000008 s\n+a');
});

test('a transcript that goes on differs from one that ends', () => {
  const short = attempt([begin('echo')]);
  const long = attempt([begin('echo'), output('a')]);
  assert.equal(compareAttempts(short, long)?.excerpt, '-(no such record)\n+output at 0.000000001 s\n+a');
  assert.equal(compareAttempts(long, short)?.excerpt, '-output at 0.000000001 s\n-a\n+(no such record)');
});

test('captures are compared byte by byte, a missing one differs', () => {
  const one = attempt([], { 'l.pcapng': 'x', 'm.pcapng': 'y' });
  assert.equal(compareAttempts(one, attempt([], { 'l.pcapng': 'x', 'm.pcapng': 'z' }))?.file, 'links/m.pcapng');
  assert.equal(compareAttempts(one, attempt([], { 'm.pcapng': 'y' }))?.file, 'links/l.pcapng');
});
