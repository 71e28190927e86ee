/** The processes around a lab's kernel, killed while it runs: this machine's fault, with what is known, and nothing keeps running. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { EspalierError } from '../../src/base/errors.ts';
import { run } from '../../src/base/processes.ts';
import { uml } from '../../src/lab/substrate/uml/uml.ts';
import { claimCpu, releaseCpu } from '../../src/supply/kernel/cpus.ts';
import { ensureGuest } from '../../src/supply/kernel/guest.ts';
import { mountsErofs } from '../../src/supply/kernel/image-format.ts';
import { answerOf } from '../../src/supply/kernel/version.ts';
import { compile } from './hostile/planted.ts';
import { plan, skip, withLab } from './lab.ts';

/** Processes with this parent and the starter's name: a keeper is a fork of it. */
async function startersBelow(parent: number): Promise<number[]> {
  const name = basename((await ensureGuest()).starter.path).slice(0, 15);
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid, name) === parent);
  return pids.map(Number);
}

function parentOf(pid: string, name: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.includes(`(${name})`) ? Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]) : undefined;
  } catch {
    return undefined; // it has just ended
  }
}

const victims: readonly (readonly [who: string, says: string])[] = [
  ['starter', "the lab's starter ended with SIGKILL"],
  ['keeper', "the lab's keeper died"],
];
for (const [who, says] of victims) {
  test(`a lab whose ${who} is killed has died, and not failed to start`, { skip }, async () => {
    const ran = await withLab(['east: echo before'], { hold: true }, async (lab) => {
      await lab.send([{ kind: 'advance', ns: 0n }]);
      const [starter = -1] = await startersBelow(process.pid);
      const [keeper = -1] = await startersBelow(starter);
      assert.ok(keeper > 1);
      process.kill(who === 'starter' ? starter : keeper, 'SIGKILL');
    });
    assert.deepEqual([ran.result.end.word, ran.result.end.detail], ['lab-died', says]);
    assert.equal(ran.commands[0]?.output, 'before\n', 'what came before is kept');
  });
}

/** The starter's own view of this machine, where /proc is empty; undefined: this user may not try. */
async function probeWithoutProc(): Promise<string | undefined> {
  const { path } = (await ensureGuest()).starter;
  const script = 'mount -t tmpfs none /proc && exec "$1" --probe';
  const { status, stdout } = await run('unshare', ['-rm', 'sh', '-c', script, 'probe', path]);
  return status === 0 ? stdout.toString() : undefined;
}

test('walls of Landlock are not offered where a keeper could not find its children', { skip }, async (t) => {
  const said = await probeWithoutProc();
  if (said === undefined) return t.skip('this user may not unshare namespaces');
  assert.match(said, /^landlock no .*CONFIG_PROC_CHILDREN.*: No such file or directory$/m);
});

test('walls are tried in the folder for temporary files that the person names, even where /tmp cannot be written', {
  skip,
}, async (t) => {
  const { path } = (await ensureGuest()).starter;
  // The binary itself may lie below /tmp.
  const script =
    'mount -t tmpfs none /mnt && cp "$1" /mnt && mount -t tmpfs -o ro none /tmp && TMPDIR=/mnt exec "/mnt/$(basename "$1")" --probe';
  const asked = await run('unshare', ['-rm', 'sh', '-c', script, 'probe', path]);
  if (/^(?:unshare|mount):/m.test(asked.stderr.toString())) return t.skip('this user may not unshare namespaces');
  assert.equal(asked.status, 0, asked.stderr.toString());
  assert.match(asked.stdout.toString(), /^namespaces yes$/m);
});

test('why a kernel binary gives no answer is said', { skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-asked-'));
  try {
    const kernel = join(dir, 'kernel');
    compile('endless.c', kernel, {});
    const saying = (fault: string, says: RegExp) => (error: EspalierError) => {
      assert.deepEqual([error.fault, error.detail.file], [fault, kernel]);
      assert.match(error.message, says);
      return true;
    };
    await assert.rejects(
      answerOf(kernel, '--version'),
      saying('usage', /^does not answer --version: the quota of the kernel's log is full/),
    );
    chmodSync(kernel, 0o644);
    await assert.rejects(
      answerOf(kernel, '--showconfig'),
      saying('infrastructure', /^could not be asked --showconfig: .*: Permission denied$/),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a lab that cannot be started gives its CPU back', { skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-cpu-'));
  try {
    const kernel = join(dir, 'kernel');
    copyFileSync('/usr/bin/true', kernel);
    await mountsErofs(kernel); // asked once: what it becomes is noticed at the start
    writeFileSync(kernel, 'no program');
    const next = claimCpu();
    releaseCpu(next);
    await assert.rejects(uml.start({ dir, plan: plan([]), kernel, seed: 1n, hold: false }), /is no program/);
    assert.equal(claimCpu(), next);
    releaseCpu(next);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
