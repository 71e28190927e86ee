import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writingLines } from '../../../../../src/suites/scenarios/drive/host.ts';
import { type Impairments, netemCommand } from '../../../../../src/suites/scenarios/drive/impairments.ts';
import { withoutEscapes } from '../../../../../src/suites/scenarios/drive/stepper.ts';

const commands: readonly (readonly [Impairments, string])[] = [
  [{}, 'tc qdisc replace dev eth0 root noqueue'],
  [{ loss: 0.05 }, 'tc qdisc replace dev eth0 root netem limit 100000 loss 5%'],
  [{ loss: 1 / 3 }, 'tc qdisc replace dev eth0 root netem limit 100000 loss 33.333333%'],
  [{ delay: 50_000_000n }, 'tc qdisc replace dev eth0 root netem limit 100000 delay 50000us'],
  [{ delay: 500n, jitter: 100n }, 'tc qdisc replace dev eth0 root netem limit 100000 delay 0.5us 0.1us'],
  [{ loss: 0.1, cut: true }, 'tc qdisc replace dev eth0 root netem limit 100000 loss 100%'],
  [{ duplicate: 0.5, loss: 0.5 }, 'tc qdisc replace dev eth0 root netem limit 100000 loss 50% duplicate 50%'],
];

test('impairments are one netem command', () => {
  assert.deepEqual(
    commands.map(([state]) => netemCommand('eth0', state)),
    commands.map(([, line]) => line),
  );
});

test('the lines that write a file write its bytes and its mode, and fit a terminal', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-write-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "it's a folder", 'file');
  for (const size of [0, 1, 2399, 2400, 2401, 10_000]) {
    const content = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7) & 0xff));
    const lines = writingLines(path, content, 0o600);
    assert.ok(lines.every((line) => line.length < 4000));
    execFileSync('sh', ['-c', lines.join('\n')]);
    assert.deepEqual(readFileSync(path), content);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }
});

const shown: readonly (readonly [string, string])[] = [
  ['2: \u001b[36meth0: \u001b[0m<UP> \u001b[1;32mUP\u001b[m', '2: eth0: <UP> UP'],
  ['\u001b]0;a title\u0007a\u001b]8;;http://x\u001b\\b', 'ab'],
  ['\u001b[2J\u001b[?2004hkept [31m and \u001b alone', 'kept [31m and \u001b alone'],
];

test('escape sequences are taken out, and nothing that looks like them', () => {
  for (const [raw, plain] of shown) assert.equal(withoutEscapes(raw), plain);
});
