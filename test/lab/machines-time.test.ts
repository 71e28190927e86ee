/** Labs of QEMU's machines in their own time: waiting takes none of this machine's, and daemons find their peers as quick as they are. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { constants, cpus, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { startLab } from '../../src/lab/substrate/lifecycle.ts';
import { backends, planOf } from '../conformance/backends.ts';
import { readCommands } from '../conformance/transcripts.ts';

const backend = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
const skip = backend === undefined ? 'ESPALIER_CONFORMANCE names others' : (backend.missing ?? false);
/** The clock is slowed by a fixed factor: a machine with other work may fall behind it. So this is tried only where somebody asks for QEMU's machines. */
const skipWithOthers = skip === false && backend?.sample ? 'ESPALIER_CONFORMANCE=qemu tries it' : skip;

test('ten minutes of waiting pass on both machines, and take a fraction of that here', { skip }, async (t) => {
  assert.ok(backend);
  const dir = mkdtempSync(join(tmpdir(), 'espalier-machines-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const { timing } = planOf(backend, []);
  const lines = ['west: date +%s', 'east: sleep 600', 'west: date +%s'];
  const plan = planOf(backend, lines, { timing: { ...timing, deadline: 1_200_000_000_000n } });
  const begun = performance.now();
  await using lab = await startLab(backend.substrate, {
    dir,
    plan,
    kernel: backend.kernel,
    seed: undefined,
    hold: false,
  });
  const { end } = await lab.ended;
  assert.deepEqual(end, { word: 'completed' });
  const commands = readCommands(readFileSync(join(dir, 'records')));
  const slept = Number(commands[1]?.ns) / 1e9;
  assert.ok(slept >= 600 && slept < 600.5, `${slept} s`);
  const [before, after] = [commands[0], commands[2]].map((command) => Number(command?.output));
  const passed = (after ?? 0) - (before ?? 0);
  assert.ok(passed >= 600 && passed <= 602, `${passed} s`);
  const took = (performance.now() - begun) / 1000;
  t.diagnostic(`${Math.round(took)} s`);
  assert.ok(took < 300, `${took} s`);
});

test('a tunnel of libreswan’s comes up between machines as between hosts of User Mode Linux', {
  skip: skipWithOthers,
}, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-machines-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const args = ['run', 'examples:psk', '--substrate', 'qemu', '-j', '1', '--reporter', 'list', '--output', output];
  const { status, stdout, stderr } = await run(process.execPath, [main, ...args]);
  const said = `${stdout}${stderr}`;
  assert.match(said, /^1 passed$/m, said);
  assert.equal(status, 0, said);
});

/** Threads of programs that work in a folder. */
function threadsIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((process) => {
      try {
        if (readlinkSync(`/proc/${process}/cwd`) !== folder) return [];
        return readdirSync(`/proc/${process}/task`).map(Number);
      } catch {
        return []; // it has just ended
      }
    });
}

test('machines that get no processor any more end their lab, however fast they came up', {
  skip: skipWithOthers,
}, async (t) => {
  assert.ok(backend);
  const dir = mkdtempSync(join(tmpdir(), 'espalier-machines-'));
  const others = Array.from({ length: 4 * cpus().length }, () =>
    spawn(process.execPath, ['-e', 'process.stdin.resume(); process.stdin.once("data", () => { for (;;); })']),
  );
  t.after(() => {
    for (const other of others) other.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const plan = planOf(backend, ['east: true', 'east: while :; do :; done']);
  const request = { dir, plan, kernel: backend.kernel, seed: undefined, hold: false };
  await using lab = await startLab(backend.substrate, request);
  const begun = (): boolean => readCommands(readFileSync(join(dir, 'records'))).length > 0;
  await until(begun, { what: 'the first command to end', timeoutMs: 120_000, intervalMs: 200 });
  for (const other of others) other.stdin.write('go');
  for (const thread of threadsIn(join(dir, 'lab'))) setPriority(thread, constants.priority.PRIORITY_LOW);
  const { end } = await lab.ended;
  assert.equal(end.word, 'lab-died');
  assert.match(end.detail ?? '', /its machines went on \d+ times slower than usual/);
});
