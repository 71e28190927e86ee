import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeFrame, encodeRecords, type Frame, numbered } from '../../../../src/evidence/records/writer.ts';
import type { LabPlan } from '../../../../src/model/scenario.ts';
import { ConsoleView, humanPrompt } from '../../../../src/session/shell/view.ts';

test('the agent’s prompt is shown as a machine of the suite shows its own', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['\x1d0001:0:/testing/pluto/psk\x1e', '[root@west psk]# '],
    ['no\n\x1d0001:2:/\x1e', 'no\n[root@west / 2]# '],
    ['a \x1d0001:0:~\x1e\x1d0001:127:/tmp\x1e', 'a [root@west ~]# [root@west tmp 127]# '],
    ['\x1d unfinished', '\x1d unfinished'],
  ];
  for (const [raw, shown] of cases) assert.equal(humanPrompt(raw, 'west'), shown);
});

const prompt = '\x1d00ff:0:/root\x1e';

/** A lab's records that grow, and the view of them. */
class Growing {
  readonly view: ConsoleView;
  readonly #file: string;
  #sequence = 1;

  constructor(t: TestContext) {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-view-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    this.#file = join(dir, 'records');
    writeFileSync(this.#file, encodeRecords(['east', 'west'], []));
    const hosts = ['east', 'west'].map((name) => ({ name, nics: [], routes: [], sysctls: [] }));
    const topology: LabPlan['topology'] = { hosts, links: [] };
    this.view = new ConsoleView(this.#file, { topology, cwd: '/testing' });
  }

  add(type: keyof typeof recordType, host: number, payload: string | Uint8Array): void {
    const frame: Frame = { type: recordType[type], host, time: BigInt(this.#sequence), payload: Buffer.from(payload) };
    appendFileSync(this.#file, encodeFrame(frame, this.#sequence++));
  }

  command(host: number, line: string, output: string): void {
    this.add('commandBegin', host, numbered(this.#sequence, line));
    this.add('output', host, output);
    this.add('commandEnd', host, numbered(0, '/root'));
  }

  /** Nothing that was read once is needed again. */
  spoil(): void {
    writeFileSync(this.#file, Buffer.alloc(encodeRecords(['east', 'west'], []).length), { flag: 'r+' });
  }
}

test('a shell opens with the commands that were run, the end of each output, and a prompt on every host', (t) => {
  const lab = new Growing(t);
  lab.command(1, 'seq 9', '1\n2\n3\n4\n5\n6\n7\n8\n9\n');
  lab.command(0, 'true', '');
  for (const output of ['1\n', '2\n', '3\n']) lab.command(1, 'list', output);
  assert.equal(
    lab.view.transcript(),
    'west# seq 9\n… 3 lines\n4\n5\n6\n7\n8\n9\neast# true\nwest# list  (3 times; the last one)\n3\n(5 commands run)\n',
  );
  assert.equal(lab.view.take('east'), '[root@east testing]# ');
  assert.equal(lab.view.take('east'), '');
  assert.ok(lab.view.atPrompt('west'));
});

test('a command that has not ended is named, and its host has no prompt', (t) => {
  const lab = new Growing(t);
  lab.add('commandBegin', 1, numbered(0, 'hang'));
  lab.add('output', 1, 'partly\nand');
  assert.equal(lab.view.transcript(), 'west# hang\npartly\n(west: the last command has not ended)\n');
  assert.equal(lab.view.take('west'), 'partly\nand');
  assert.equal(lab.view.atPrompt('west'), false);
  assert.ok(lab.view.atPrompt('east'));
});

test('what a host prints is shown once, with text that comes in pieces put together, from the new bytes alone', (t) => {
  const lab = new Growing(t);
  lab.view.transcript();
  lab.view.take('west');
  lab.spoil();
  const [first, ...rest] = Buffer.from(`é\n${prompt}`);
  lab.add('output', 1, Uint8Array.of(first ?? 0));
  assert.equal(lab.view.take('west'), '');
  lab.add('output', 0, 'other\n');
  lab.add('output', 1, Uint8Array.from(rest));
  assert.equal(lab.view.take('west'), 'é\n[root@west root]# ');
  assert.equal(lab.view.take('west'), '');
  assert.equal(lab.view.take('east'), '[root@east testing]# other\n');
  assert.ok(lab.view.atPrompt('west') && !lab.view.atPrompt('east'));
});

test('a console that a person edits shows neither what was printed before nor the agent’s prompt', (t) => {
  const lab = new Growing(t);
  lab.view.transcript();
  lab.add('output', 0, 'before\n');
  lab.view.editing('east');
  lab.add('output', 0, `${prompt}[root@east ~]# `);
  assert.equal(lab.view.take('east'), '[root@east ~]# ');
  assert.ok(lab.view.atPrompt('east'));
});

test('a shell that has ended is known by its host', (t) => {
  const lab = new Growing(t);
  lab.view.transcript();
  lab.add('trouble', 1, 'note shell-exit is no end');
  assert.equal(lab.view.ended('west'), false);
  lab.add('trouble', 1, 'shell-exit 0');
  assert.deepEqual([lab.view.ended('east'), lab.view.ended('west')], [false, true]);
});

test('a debugger that waits at its prompt is seen, and the sign of it is not shown', (t) => {
  const lab = new Growing(t);
  lab.view.transcript();
  lab.view.take('west');
  lab.add('output', 1, 'Breakpoint 1, main ()\n\x1e(gdb) ');
  assert.ok(lab.view.atDebugger('west'));
  assert.ok(lab.view.atPrompt('west'));
  assert.equal(lab.view.atDebugger('east'), false);
  assert.equal(lab.view.take('west'), 'Breakpoint 1, main ()\n(gdb) ');
  lab.add('output', 1, 'continue\nContinuing.\n');
  assert.equal(lab.view.atDebugger('west'), false);
  assert.equal(lab.view.atPrompt('west'), false);
});
