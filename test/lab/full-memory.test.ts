/** A lab whose memory's folder becomes full: this machine's fault, and no crash of what is under test. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { skip, withLab } from './lab.ts';

const mebi = 1024 * 1024;
const memory = 256;

/** A small file system for labs' memory, until the test is over; undefined: this user may not mount one. */
function smallFolder(t: TestContext): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${memory + 16}m,exec`, 'tmpfs', dir]).status === 0;
  t.after(() => {
    if (mounted) spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  return mounted ? dir : undefined;
}

/** Takes all room that is left. */
function fill(dir: string): void {
  const file = openSync(join(dir, 'full'), 'w');
  const block = Buffer.alloc(mebi);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
}

test('a full folder of memory is told as the machine’s fault, by its name', { skip }, async (t) => {
  const dir = smallFolder(t);
  if (dir === undefined) return t.skip('this user may not mount a tmpfs');
  const before = process.env.ESPALIER_TMP;
  process.env.ESPALIER_TMP = dir;
  t.after(() => {
    if (before === undefined) delete process.env.ESPALIER_TMP;
    else process.env.ESPALIER_TMP = before;
  });
  const ran = await withLab(['east: echo before'], { hold: true, change: { memory } }, async (lab) => {
    await lab.send([{ kind: 'advance', ns: 0n }]);
    fill(dir);
    const line = 'dd if=/dev/zero of=/tmp/file bs=1M count=64 2>/dev/null';
    // It needs new memory soon, by itself at the latest when it is asked to.
    await lab.send([{ kind: 'command', host: 'east', step: 1, line }]).catch((error: Error) => {
      assert.match(error.message, /^the lab is over/);
    });
  });
  assert.equal(ran.result.end.word, 'out-of-memory');
  assert.equal(ran.result.end.detail, `the folder of its memory is full: ${dir} (ESPALIER_TMP names another)`);
});
