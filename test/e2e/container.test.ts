import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run, succeed } from '../../src/base/processes.ts';
import { Sandbox } from './sandbox.ts';

const main = [process.execPath, join(projectDir, 'src/cli/main.ts')];

/** A command that runs another one as a container with Docker's default profile would. */
async function filtered(t: TestContext): Promise<{ readonly sandbox: Sandbox; readonly prefix: readonly string[] }> {
  const sandbox = new Sandbox(t);
  const program = join(sandbox.dir, 'refuse-personality');
  await succeed('gcc', ['-Wall', '-Werror', '-o', program, join(import.meta.dirname, 'refuse-personality.c')]);
  return { sandbox, prefix: [program] };
}

async function espalier(prefix: readonly string[], sandbox: Sandbox, ...args: string[]) {
  const [command = '', ...rest] = [...prefix, ...main, ...args];
  const { status, stdout, stderr } = await run(command, rest, { cwd: sandbox.dir });
  return { status, out: stdout.toString(), err: stderr.toString() };
}

test('where addresses cannot be fixed, the doctor says so and what to do, with exit code 2', async (t) => {
  const { sandbox, prefix } = await filtered(t);
  const { status, out } = await espalier(prefix, sandbox, 'doctor');
  assert.equal(status, 2);
  assert.match(
    out,
    /^MISSING +fixed addresses +personality\(ADDR_NO_RANDOMIZE\) is refused \(Operation not permitted\).*docs\/container\.md/m,
  );
  assert.match((await espalier([], sandbox, 'doctor')).out, /^ok +fixed addresses /m);
});

test('where addresses cannot be fixed, a run is refused before anything is built', async (t) => {
  const { sandbox, prefix } = await filtered(t);
  const { status, out, err } = await espalier(prefix, sandbox, 'run', 'examples:psk');
  assert.deepEqual([status, out], [2, '']);
  assert.match(err, /^labs cannot run here: personality\(ADDR_NO_RANDOMIZE\) is refused \(Operation not permitted\)$/m);
  assert.match(err, /seccomp profile/);
  assert.equal(existsSync(join(sandbox.dir, 'espalier-runs')), false);
});

const skip = process.getuid?.() === 0 ? false : 'only root can take the id of a user who has no account';

test('the doctor serves a user id without an account, as containers have it', { skip }, async (t) => {
  const sandbox = new Sandbox(t);
  const other = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'];
  const { out, err } = await espalier(other, sandbox, 'doctor');
  assert.equal(err, '');
  assert.match(out, /^ok +image builds /m);
});
