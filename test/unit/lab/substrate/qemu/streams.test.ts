import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { CollectedFiles } from '../../../../../src/lab/substrate/qemu/collected-files.ts';
import { KernelLog } from '../../../../../src/lab/substrate/qemu/kernel-log.ts';
import { LengthFrames } from '../../../../../src/lab/substrate/qemu/length-frames.ts';
import { EvidenceWriter } from '../../../../../src/lab/substrate/qemu/quota.ts';
import { requireFast, slownessOf } from '../../../../../src/lab/substrate/qemu/slowness.ts';

test('frames are found however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.integer({ min: 1, max: 30 })),
      (bodies, cuts) => {
        const stream = Buffer.concat(
          bodies.flatMap((body) => [Buffer.from([0, 0, 0, body.length]), Buffer.from(body)]),
        );
        const frames = new LengthFrames(4, (head) => head.readUInt32BE(0));
        const got: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          frames.push(stream.subarray(at, at + cut), (_head, body) => got.push(Buffer.from(body)));
          at += cut;
        }
        assert.deepEqual(
          got,
          bodies.map((body) => Buffer.from(body)),
        );
      },
    ),
  );
});

test('a frame of absurd length is refused before memory is taken for it', () => {
  const frames = new LengthFrames(4, (head) => head.readUInt32BE(0));
  assert.throws(() => frames.push(Buffer.from('ffffffff', 'hex'), () => {}), /says that it has 4294967295 bytes/);
});

test('files that a machine hands out stay below their folder', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-files-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const files = new CollectedFiles(join(dir, 'files'), new EvidenceWriter());
  assert.equal(files.begin('east', 'east/var/log/x'), undefined);
  files.bytes('east', Buffer.from('one '));
  assert.equal(files.begin('west', '/west/var/log/x'), undefined);
  files.bytes('east', Buffer.from('two'));
  files.bytes('west', Buffer.from('other'));
  assert.equal(readFileSync(join(dir, 'files/east/var/log/x'), 'utf8'), 'one two');
  assert.equal(readFileSync(join(dir, 'files/west/var/log/x'), 'utf8'), 'other');
  for (const name of ['../out', 'a/../../out', '', '/', 'a/\u001bx', `a/${'n'.repeat(256)}`, 'a/\ufffd']) {
    assert.match(files.begin('east', name) ?? '', /its name cannot be kept/, name);
    files.bytes('east', Buffer.from('nothing'));
  }
  assert.equal(existsSync(join(dir, 'out')), false);
  assert.match(files.begin('west', 'east/var/log/x') ?? '', /another machine/);
});

test("lines of all kernels get the time since the lab's start, and a panic is kept", (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-log-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'kernel.log');
  const log = new KernelLog(path, new EvidenceWriter(), () => 12_345_678_000n);
  log.push('east', Buffer.from('[    0.000000] Linux version 6.12\r\n[    0.5'));
  log.push('west', Buffer.from('plain text\n'));
  log.push('east', Buffer.from('00001] Kernel panic - not syncing: sysrq triggered crash\r\nrest'));
  assert.equal(
    readFileSync(path, 'utf8'),
    '[   12.345678] Linux version 6.12\nplain text\n[   12.345678] Kernel panic - not syncing: sysrq triggered crash\n',
  );
  assert.equal(log.panicOf('east'), 'Kernel panic - not syncing: sysrq triggered crash');
  assert.equal(log.panicOf('west'), undefined);
});

test('deadlines grow with the time that machines take to boot, within bounds', () => {
  const usual = 1_500_000_000n;
  assert.equal(slownessOf(300_000_000n, usual), 1);
  assert.equal(slownessOf(6_000_000_000n, usual), 4);
  requireFast(20, 'came up');
  assert.throws(() => requireFast(slownessOf(60_000_000_000n, usual), 'came up'), /came up 40 times slower than usual/);
});
