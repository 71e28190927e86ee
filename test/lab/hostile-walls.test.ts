/**
 * The attacks of hostile-guests.test.ts and hostile-machine.test.ts behind both kinds of walls, as whoever runs the tests and as an ordinary user.
 * Those two files attack as whoever runs them, the guests behind the walls that this machine would choose; here are the other three of the four.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/base/processes.ts';
import { ensureGuest } from '../../src/supply/kernel/guest.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { wallKinds } from '../../src/supply/kernel/walls.ts';
import { OrdinaryUser, whyNot } from './hostile/ordinary-user.ts';
import { plan, skip } from './lab.ts';

const guests = 'test/lab/hostile-guests.test.ts';
const machine = 'test/lab/hostile-machine.test.ts';

/** Runs test files in a process of their own. Gives the last line: how many passed. */
async function tested(files: readonly string[], walls: string, user?: OrdinaryUser): Promise<string> {
  const words = [...(user?.command ?? []), process.execPath, 'tools/test.ts', ...files];
  const env = { ...process.env, ...user?.environment, ESPALIER_WALLS: walls, NODE_TEST_CONTEXT: undefined };
  const [command = '', ...args] = words;
  const { status, stdout, stderr } = await run(command, args, { env, timeoutMs: 10 * 60_000 });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout.toString().trimEnd().split('\n').at(-1) ?? '';
}

/** What this machine allows, as the starter finds by trying. */
async function allowed(): Promise<string[]> {
  const { starter } = await ensureGuest();
  const { stdout } = await run(starter.path, ['--probe'], { timeoutMs: 10_000 });
  return wallKinds.filter((kind) => new RegExp(`^${kind} (?!no )`, 'm').test(stdout.toString()));
}

/** All tests of these files, none skipped but one that is root's alone, which the machine's file has. */
const all = /^\d+ passed, 0 failed, 0 skipped$/;
const allOfUser = /^\d+ passed, 0 failed, 1 skipped$/;

const kinds = skip === false ? await allowed() : [];

for (const walls of kinds.slice(1)) {
  test(`hostile guests get nowhere behind walls of ${walls}`, { skip }, async () => {
    assert.match(await tested([guests], walls), all);
  });
}

for (const walls of kinds) {
  // Hostile kernels are tried behind both kinds by their own tests.
  const files = walls === kinds[0] ? [guests, machine] : [guests];
  test(`as an ordinary user they get nowhere behind walls of ${walls}`, { skip: skip || whyNot() }, async () => {
    using user = new OrdinaryUser({
      kernel: presentKernel()?.path ?? '',
      image: plan(['east: true']).images.east ?? '',
    });
    assert.match(await tested(files, walls, user), files.includes(machine) ? allOfUser : all);
  });
}
