import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { whyNotStarted } from '../../../src/base/foreign-program.ts';
import { run, succeed } from '../../../src/base/processes.ts';

test('a program that cannot be found is an infrastructure error that names it', async (t) => {
  // Of the folders that a user comes with, some may be another's.
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '/usr/bin:/bin';
  await assert.rejects(run('no-such-program-here', []), (error: EspalierError) => {
    assert.equal(error.fault, 'infrastructure');
    assert.equal(error.message, 'cannot start no-such-program-here: not found on this machine');
    assert.match(error.detail.remedy ?? '', /espalier doctor/);
    return true;
  });
});

test('a program that may not be executed is one too', async () => {
  await assert.rejects(run('/etc/passwd', []), {
    fault: 'infrastructure',
    message: 'cannot start /etc/passwd: not found where this user may look, or this user may not execute it',
  });
});

test('without setpriv its package is named', async (t) => {
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '/nowhere';
  await assert.rejects(run('true', []), (error: EspalierError) => {
    assert.equal(error.message, 'cannot start true: setpriv, which starts it, is not on this machine');
    assert.match(error.detail.remedy ?? '', /util-linux/);
    return true;
  });
});

test('that nothing was found behind the walls is known in every language', () => {
  for (const wall of ['setpriv', 'prlimit']) {
    const complaint = `${wall}: x konnte nicht ausgeführt werden: Datei oder Verzeichnis nicht gefunden\n`;
    assert.equal(whyNotStarted(127, complaint), 'not found on this machine');
  }
  assert.equal(whyNotStarted(127, 'sh: 1: x: not found\n'), undefined);
  assert.equal(whyNotStarted(1, 'prlimit: failed\n'), undefined);
});

test('a program that is given nothing reads nothing, and not from a socket: bash would read ~/.bashrc', async () => {
  const { stdout } = await run('sh', ['-c', 'cat; test -S /dev/stdin || echo none']);
  assert.equal(stdout.toString(), 'none\n');
});

test('input goes in, both outputs and the exit status come out', async () => {
  const result = await run('sh', ['-c', 'cat; echo oops >&2; exit 3'], { input: 'in' });
  assert.deepEqual([result.status, `${result.stdout}`, `${result.stderr}`], [3, 'in', 'oops\n']);
});

test('a program that ignores a large input does not break the caller', async () => {
  const result = await run('true', [], { input: Buffer.alloc(4_000_000) });
  assert.equal(result.status, 0);
});

test('at the time limit the whole process group ends, grandchildren included', async (t) => {
  const result = await run('sh', ['-c', 'sleep 60 & echo $!; wait'], { timeoutMs: 300 });
  assert.equal(result.stopped, 'timeout');
  const grandchild = Number(result.stdout.toString());
  // Gone, or dead and not yet collected by whoever inherited it; a busy machine takes a moment to end what was killed.
  const stat = `/proc/${grandchild}/stat`;
  await t.waitFor(() => assert.ok(!existsSync(stat) || /\) [ZX] /.test(readFileSync(stat, 'utf8'))), {
    timeout: 10_000,
  });
});

test('a program that prints without end is stopped at the output limit', async () => {
  const result = await run('yes', [], { maxOutput: 100_000 });
  assert.equal(result.stopped, 'flood');
  assert.equal(result.stdout.length, 100_000);
});

test('an abort ends the program and `succeed` calls it cancelled', async () => {
  const controller = new AbortController();
  const ended = succeed('sleep', ['60'], { signal: controller.signal });
  controller.abort();
  await assert.rejects(ended, (error: EspalierError) => error.fault === 'cancelled');
});

test('lines are handed out whole, the last one without newline too', async () => {
  const lines: string[] = [];
  await run('printf', ['a\\nb\\nc'], { onLine: (line) => lines.push(line) });
  assert.deepEqual(lines, ['a', 'b', 'c']);
});

test('`succeed` reports the command, its status and the end of its output', async () => {
  await assert.rejects(succeed('sh', ['-c', 'echo trouble >&2; exit 4']), (error: EspalierError) => {
    assert.ok(error instanceof EspalierError);
    assert.equal(error.message, 'did not succeed (exit status 4)');
    assert.equal(error.detail.output, 'trouble');
    return true;
  });
});
