import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';

async function espalier(...args: string[]) {
  const result = await run(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...args]);
  return { status: result.status, out: result.stdout.toString(), err: result.stderr.toString() };
}

test('help is an answer: standard output and exit code 0, with an example in every subcommand', async () => {
  for (const command of [
    'run',
    'list',
    'judge',
    'accept',
    'report',
    'pcap',
    'replay',
    'doctor',
    'kernel build',
    'image build',
    'kernel import',
  ]) {
    const { status, out, err } = await espalier(...command.split(' '), '--help');
    assert.deepEqual([status, err], [0, ''], command);
    assert.match(out, /Examples?:/, command);
  }
});

test('an unknown option is a usage error: exit code 3', async () => {
  const { status, err } = await espalier('kernel', 'list', '--colour');
  assert.equal(status, 3);
  assert.match(err, /unknown option '--colour'/);
});

test('a kernel that is not there is told with its path and exit code 3', async () => {
  const { status, err } = await espalier('kernel', 'build', '--kernel', '/nowhere/linux');
  assert.deepEqual([status, err], [3, '/nowhere/linux: does not exist\n']);
});

test('a file that is no exported kernel is refused', async () => {
  const { status, err } = await espalier('kernel', 'import', '/nowhere.tar');
  assert.deepEqual([status, err], [3, '/nowhere.tar: does not exist\n']);
});
