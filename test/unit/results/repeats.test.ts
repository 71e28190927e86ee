import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordType } from '../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../src/evidence/records/writer.ts';
import { compareAttempts } from '../../../src/results/repeats.ts';

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

function attempt(t: TestContext, frames: readonly Frame[], captures: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-repeats-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'records'), encodeRecords(['east'], frames));
  mkdirSync(join(dir, 'links'));
  for (const [name, content] of Object.entries(captures)) writeFileSync(join(dir, 'links', name), content);
  return dir;
}

test('equal transcripts and captures are equal whatever else was recorded', (t) => {
  const frames = [begin('echo'), output('a'), end()];
  const one = attempt(t, frames, { 'l.pcapng': 'x' });
  const two = attempt(t, [begin('echo'), other, output('a'), end()], { 'l.pcapng': 'x' });
  assert.equal(compareAttempts(one, two), undefined);
});

test('the first record that differs is named with host and command', (t) => {
  const one = attempt(t, [begin('ip xfrm state'), output('spi 1'), end()]);
  const two = attempt(t, [begin('ip xfrm state'), output('spi 2'), end(1)]);
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

test('a difference of time alone counts', (t) => {
  const issue = compareAttempts(attempt(t, [begin('x'), output('a')]), attempt(t, [begin('x'), output('a', 9n)]));
  assert.equal(issue?.excerpt, '-output at 0.000000001 s\n-a\n+output at 0.000000008 s\n+a');
});

test('a transcript that goes on differs from one that ends', (t) => {
  const short = attempt(t, [begin('echo')]);
  const long = attempt(t, [begin('echo'), output('a')]);
  assert.equal(compareAttempts(short, long)?.excerpt, '-(no such record)\n+output at 0.000000001 s\n+a');
  assert.equal(compareAttempts(long, short)?.excerpt, '-output at 0.000000001 s\n-a\n+(no such record)');
});

test('captures are compared byte by byte, a missing one differs', (t) => {
  const one = attempt(t, [], { 'l.pcapng': 'x', 'm.pcapng': 'y' });
  assert.equal(compareAttempts(one, attempt(t, [], { 'l.pcapng': 'x', 'm.pcapng': 'z' }))?.file, 'links/m.pcapng');
  assert.equal(compareAttempts(one, attempt(t, [], { 'm.pcapng': 'y' }))?.file, 'links/l.pcapng');
});
