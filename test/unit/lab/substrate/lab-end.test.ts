import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../../src/evidence/records/writer.ts';
import { judgeEnd, type LabEnd, summarizeRecords } from '../../../../src/lab/substrate/lab-end.ts';
import type { BackendEnd } from '../../../../src/lab/substrate/substrate.ts';

const typed: Frame = { type: recordType.commandBegin, host: 0, time: 10n, payload: numbered(3, 'ping') };
const answered: Frame = { type: recordType.commandEnd, host: 0, time: 20n, payload: numbered(0, '/') };
const over: Frame = { type: recordType.labEnd, time: 30n };
const trouble = (text: string): Frame => ({
  type: recordType.trouble,
  host: 1,
  time: 25n,
  payload: Buffer.from(text),
});

function summaryOf(frames: readonly Frame[], cut = 0): ReturnType<typeof summarizeRecords> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-end-'));
  try {
    const bytes = encodeRecords(['east', 'west'], frames);
    writeFileSync(join(dir, 'records'), bytes.subarray(0, bytes.length - cut));
    return summarizeRecords(join(dir, 'records'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const cancelled: LabEnd = { word: 'cancelled', detail: 'stopped on request' };
const exited: BackendEnd = { status: '0' };
const panicked: BackendEnd = { status: 'SIGABRT', fault: 'panic', detail: 'Kernel panic' };

const table: readonly {
  readonly title: string;
  readonly cause?: LabEnd;
  readonly end?: BackendEnd;
  readonly frames: readonly Frame[];
  readonly cut?: number;
  readonly expected: LabEnd;
}[] = [
  { title: 'a lab that says so has completed', frames: [typed, answered, over], expected: { word: 'completed' } },
  {
    title: 'what was done to it comes before its own trouble and a panic',
    cause: cancelled,
    end: panicked,
    frames: [typed, trouble('timeout after 120 s'), trouble('shell-exit status 0')],
    expected: { ...cancelled, host: 'east', step: 3 },
  },
  {
    title: 'the first trouble comes before later ones and a panic',
    end: panicked,
    frames: [typed, trouble('timeout after 120 s'), trouble('shell-exit status 0')],
    expected: { word: 'timeout', detail: 'timeout after 120 s', host: 'west', step: 3 },
  },
  {
    title: 'a note is no trouble',
    frames: [typed, answered, trouble('note the guest says'), over],
    expected: { word: 'completed' },
  },
  {
    title: 'a panic comes before what the records lack',
    end: panicked,
    frames: [typed],
    expected: { word: 'panic', detail: 'Kernel panic', host: 'east', step: 3 },
  },
  {
    title: 'a panic is one even where the lab said that it ended',
    end: panicked,
    frames: [typed, answered, over],
    expected: { word: 'panic', detail: 'Kernel panic' },
  },
  {
    title: 'what this machine did comes before all that the lab says',
    end: { status: 'SIGABRT', fault: 'out-of-memory', detail: 'the folder is full', byMachine: true },
    frames: [typed, trouble('timeout after 120 s'), over],
    expected: { word: 'out-of-memory', detail: 'the folder is full', host: 'east', step: 3 },
  },
  {
    title: 'one that just ends has died',
    end: { status: 'SIGKILL' },
    frames: [typed, answered],
    expected: { word: 'lab-died', detail: "the lab's process ended with SIGKILL" },
  },
  {
    title: 'one that ends before a command was typed has not booted',
    frames: [],
    expected: { word: 'boot-failed', detail: "the lab's process ended with 0" },
  },
  {
    title: 'a torn last frame says nothing',
    frames: [typed, answered, over],
    cut: 1,
    expected: { word: 'lab-died', detail: "the lab's process ended with 0" },
  },
  {
    title: 'trouble of an unknown word is a death',
    frames: [typed, trouble('mystery')],
    expected: { word: 'lab-died', detail: 'mystery', host: 'west', step: 3 },
  },
];

for (const { title, cause, end = exited, frames, cut, expected } of table) {
  test(`the end of a lab: ${title}`, () => {
    assert.deepEqual(judgeEnd(cause, end, summaryOf(frames, cut)), expected);
  });
}

test('records that are missing tell nothing', () => {
  assert.deepEqual(summarizeRecords('/nowhere/records'), { complete: false, begun: false, virtualNs: 0n });
});

test('the post-mortem has no step, and time runs from the first frame to the last', () => {
  const postMortem = { ...typed, payload: numbered(0xffffffff, 'post-mortem') };
  const summary = summaryOf([answered, postMortem]);
  assert.deepEqual(summary.open, { host: 'east' });
  assert.equal(summaryOf([typed, over]).virtualNs, 20n);
});
