import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

test('a reader that goes away is no trouble of whoever writes', () => {
  const main = join(projectDir, 'src/cli/main.ts');
  for (const words of ['run --help', 'kernel list', 'list interop']) {
    // The pipe has no reader before the first line is written.
    const script = 'exec 3>&1; { "$@"; echo $? >&3; } | true';
    const line = ['-c', script, 'sh', process.execPath, main, ...words.split(' ')];
    const { stdout, stderr } = spawnSync('sh', line, { encoding: 'utf8', timeout: 60_000 });
    assert.deepEqual([stdout, stderr], ['0\n', ''], words);
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

test('--coverage is refused before anything is made: for a kernel that is built, and where hosts have none that counts', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-usage-'));
  try {
    const kernel = join(dir, 'linux');
    writeFileSync(kernel, '');
    const because = '--coverage needs a kernel that is built for it, and this one is built already';
    for (const words of [
      ['--kernel', kernel],
      ['--kernel', dir],
      ['--source', `linux=${dir}`],
    ]) {
      const { status, err } = await espalier('run', 'examples', '--coverage', '--output', dir, ...words);
      assert.deepEqual([status, err.split('\n')[0]], [3, `${kernel}: ${because}`], words.join(' '));
    }
    const fake = await espalier('run', 'examples', '--coverage', '--output', dir, '--substrate', 'fake');
    assert.equal(fake.status, 3);
    assert.match(fake.err, /^--coverage: kernels of the substrate fake do not count what they run\n/);
    assert.deepEqual(readdirSync(dir), ['linux']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a file that is no exported kernel is refused', async () => {
  const { status, err } = await espalier('kernel', 'import', '/nowhere.tar');
  assert.deepEqual([status, err], [3, '/nowhere.tar: does not exist\n']);
});
