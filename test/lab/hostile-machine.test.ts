/** A hostile program of the machine in a kernel's place: behind both kinds of walls it reads, changes, signals and reaches nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/base/processes.ts';
import { ensureGuest } from '../../src/supply/kernel/guest.ts';
import { mostProcesses } from '../../src/supply/kernel/starter.ts';
import { compile, Planted } from './hostile/planted.ts';
import { plan, skip } from './lab.ts';

/** Numbers of processes that a kernel of the machine gives out once only (guest/starter/processes.c). */
const reserved = 300;

interface Attack {
  readonly lines: readonly string[];
  readonly outputs: readonly Buffer[];
  readonly planted: Planted;
}

/** All files below a folder. */
function filesBelow(dir: string): Buffer[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

interface Attacked {
  readonly walls: string;
  /** Macros of the program. */
  readonly definitions?: Readonly<Record<string, number>>;
  /** A command line that starts the lab's driver. */
  readonly before?: readonly string[];
}

/** The lab runs in a process of its own, which gets its walls by the environment. */
async function attack({ walls, definitions, before = [] }: Attacked, then: (attack: Attack) => void) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-hostile-'));
  await using planted = await Planted.plant();
  try {
    const kernel = join(dir, 'kernel');
    const about = { FOLDER: planted.folder, ITSELF: kernel, DRIVER: process.pid, BYSTANDER: planted.bystander };
    const more = {
      PORT: planted.port,
      MOST_PROCESSES: mostProcesses + reserved,
      DRIVER_UID: process.getuid?.() ?? 0,
      ...definitions,
    };
    compile('machine.c', kernel, { definitions: { ...about, ...more } });
    const attempt = join(dir, 'attempt');
    const script = join(import.meta.dirname, 'hostile', 'run-lab.ts');
    const input = JSON.stringify({ attempt, kernel, image: plan(['east: true']).images.east });
    const [command = '', ...words] = [...before, process.execPath, script];
    const ran = await run(command, words, {
      input,
      env: { ...process.env, ESPALIER_WALLS: walls },
      timeoutMs: 60_000,
    });
    assert.equal(ran.status, 0, ran.stderr.toString());
    const lines = readFileSync(join(attempt, 'kernel.log'), 'latin1').trim().split('\n');
    then({ lines, planted, outputs: [...filesBelow(attempt), ran.stdout, ran.stderr] });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function processesNamed(name: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && nameOf(pid) === name);
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined; // it has just ended
  }
}

/** What a lab may do to what it owns itself. */
const own = ['BREACH big-file'];

/** Starts a program where no PID namespace can bound itself: on a machine whose settings nobody may change, as in a container. */
const withoutBound = ['unshare', '--mount', 'sh', '-c'].concat([
  'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"',
  'sh',
]);
const rootOnly = process.getuid?.() === 0 ? false : 'only root can make settings of the machine read-only';

const machines: readonly (Attacked & { readonly name: string; readonly skip: string | false })[] = [
  { name: 'walls of namespaces', walls: 'namespaces', skip },
  {
    name: 'walls of namespaces whose processes the starter counts',
    walls: 'namespaces',
    before: withoutBound,
    skip: skip || rootOnly,
  },
  { name: 'walls of landlock', walls: 'landlock', skip },
];

for (const { name, skip: why, ...attacked } of machines) {
  test(`behind ${name} a hostile kernel gets nowhere`, { skip: why }, async (t) => {
    await ensureGuest();
    await attack(attacked, ({ lines, outputs, planted }) => {
      const breaches = lines.filter((line) => !/^held /.test(line) && !own.includes(line));
      assert.deepEqual(breaches, ['done']);
      assert.ok(lines.length > 100, `${lines.length} attempts`);
      planted.assertUntouched(outputs);
      assert.deepEqual(processesNamed('hostile-rest'), []);
      t.diagnostic(`${lines.length} attempts; ${lines.find((line) => /^held crowd/.test(line))}`);
    });
  });
}

test('the same program does read and write files where there are no walls', { skip }, async () => {
  await attack({ walls: 'none', definitions: { FILES_ONLY: 1 } }, ({ lines, outputs, planted }) => {
    for (const name of ['read', 'write', 'create', 'rename', 'shell'])
      assert.ok(lines.includes(`BREACH ${name}`), name);
    assert.throws(() => planted.assertUntouched(outputs));
  });
});

test('a static kernel is refused behind walls of landlock, with the reason and what to do', { skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-static-'));
  try {
    const kernel = join(dir, 'kernel');
    compile('endless.c', kernel, { flags: ['-static'] });
    const script = join(import.meta.dirname, 'hostile', 'run-lab.ts');
    const { status, stderr } = await run(process.execPath, [script], {
      input: JSON.stringify({ attempt: join(dir, 'attempt'), kernel, image: plan(['east: true']).images.east }),
      env: { ...process.env, ESPALIER_WALLS: 'landlock' },
      timeoutMs: 60_000,
    });
    assert.notEqual(status, 0);
    assert.match(
      stderr.toString(),
      /a static kernel cannot run behind walls of Landlock: it makes the file of its memory itself/,
    );
    assert.match(stderr.toString(), /CONFIG_STATIC_LINK/);
    assert.ok(stderr.includes(kernel));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
