/** The published package, used as its users do: packed, installed in an empty folder outside of the repository, and run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import ts from 'typescript';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

/** What `npm pack --json` says of an archive. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const place = mkdtempSync(join(tmpdir(), 'espalier-package-'));
const user = join(place, 'user');
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
let packed: Packed = { filename: '', files: [] };

before(async () => {
  const pack = await run('npm', ['pack', '--json', '--pack-destination', place], { cwd: projectDir, env });
  assert.equal(pack.status, 0, String(pack.stderr));
  [packed = packed] = JSON.parse(String(pack.stdout)) as Packed[];
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  const install = await run('npm', ['install', ...quiet, join(place, packed.filename)], { cwd: user, env });
  assert.equal(install.status, 0, String(install.stderr));
});

after(() => rmSync(place, { recursive: true, force: true }));

async function npx(...args: string[]) {
  const { status, stdout, stderr } = await run('npx', args, { cwd: user, env });
  return { status, out: String(stdout), err: String(stderr) };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(user, path)), { recursive: true });
  writeFileSync(join(user, path), text);
}

test('the package holds what is committed for its users and what was compiled of src, and nothing else', () => {
  const git = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const known = new Set(execFileSync('git', git, { cwd: projectDir, encoding: 'utf8' }).split('\n'));
  const paths = packed.files.map(({ path }) => path);
  const compiled = paths.filter((path) => path.startsWith('dist/')).map((path) => path.slice('dist/'.length));
  const unknown = paths.filter((path) => !path.startsWith('dist/') && !known.has(path));
  assert.deepEqual(unknown, [], 'files of this machine only');
  assert.deepEqual(
    paths.filter((path) => /^(test|tools|guest\/test|src|\.|ui\/src|node_modules)/.test(path)),
    [],
  );
  const sources = globSync('**/*', { cwd: join(projectDir, 'src'), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectDir.length + 'src/'.length + 1));
  const wanted = sources.map((path) => path.replace(/\.ts$/, '.js'));
  assert.deepEqual(compiled.filter((path) => !path.endsWith('.d.ts')).sort(), wanted.sort());
  for (const path of ['suites/scenarios/api/index.d.ts', 'farm/worker/heart-thread.js'])
    assert.ok(compiled.includes(path));
  for (const path of [
    'guest/agent/console.c',
    'images/lock.json',
    'ui/dist/report.js',
    'docs/scenarios.md',
    'LICENSE',
    'CHANGELOG.md',
  ])
    assert.ok(paths.includes(path), path);
  const script = packed.files.find(({ path }) => path === 'espalier');
  assert.equal((script?.mode ?? 0) & 0o111, 0o111);
});

test('nothing in the package names this machine, and nothing runs when it is installed', () => {
  const root = join(user, 'node_modules/espalier');
  for (const { path } of packed.files) {
    assert.ok(!readFileSync(join(root, path)).includes(projectDir), `${path} contains ${projectDir}`);
  }
  const { packages } = JSON.parse(readFileSync(join(user, 'package-lock.json'), 'utf8'));
  for (const [name, one] of Object.entries<{ hasInstallScript?: boolean }>(packages)) {
    assert.notEqual(one.hasInstallScript, true, name);
  }
});

test('the command line works from there: version, suites that came with it, what it is made of', async () => {
  const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  assert.deepEqual(await npx('espalier', '--version'), { status: 0, out: `espalier ${version}\n`, err: '' });
  const first = await npx('espalier', 'list', 'first');
  assert.deepEqual(first, { status: 0, out: 'first:psk  good  west east\n', err: '' });
  const { components } = JSON.parse((await npx('espalier', 'doctor', '--sbom')).out);
  const zod = components.find(({ name }: { name: string }) => name === 'zod');
  assert.match(zod.hashes[0].content, /^[0-9a-f]{128}$/);
});

test('init writes a scenario that names nothing of this machine, and TypeScript accepts it by the package’s types', async () => {
  const { status, out, err } = await npx('espalier', 'init', 'vpn');
  assert.equal(status, 0, err);
  assert.match(out, /\n\nNow: npx espalier run vpn\n$/);
  assert.doesNotMatch(readFileSync(join(user, 'vpn/tsconfig.json'), 'utf8'), /paths|typeRoots|node_modules/);
  assert.deepEqual(await npx('tsc', '--project', 'vpn'), { status: 0, out: '', err: '' });
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
  write('own/esm.mts', readFileSync(join(user, 'vpn/first.scenario.ts'), 'utf8'));
  assert.deepEqual(
    await npx('tsc', ...strict, 'own/esm.mts'),
    { status: 0, out: '', err: '' },
    'its types are checked as well',
  );
});

test('an editor completes names and versions', () => {
  const text = `import { libreswan, } from 'espalier';\nlibreswan({ version: '' });\n`;
  const file = join(user, 'vpn/typed.ts');
  const { config } = ts.readConfigFile(join(user, 'vpn/tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, join(user, 'vpn'));
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = name === file ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => user,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  });
  const at = (word: string) => text.indexOf(word) + word.length;
  const offered = (position: number) =>
    (service.getCompletionsAtPosition(file, position, {})?.entries ?? []).map(({ name }) => name);
  for (const name of ['scenario', 'strongswan', 'expect', 'nat'])
    assert.ok(offered(at('libreswan, ')).includes(name), name);
  assert.deepEqual(offered(at("version: '")).sort(), ['4.10', '5.2']);
});

test('a scenario of one’s own runs on the substrate fake; what is wrong with another is said with file and line', async () => {
  const declared = (body: string) =>
    `import { linux, scenario } from 'espalier';\nscenario('own', { hosts: { west: linux() }, links: { wan: ['west'] } }, async ({ hosts: { west } }) => {\n${body}\n});\n`;
  write('good/own.scenario.ts', declared("  await west.exec('echo hello');"));
  const good = await npx('espalier', 'run', '--substrate', 'fake', 'good');
  assert.equal(good.status, 0, good.out + good.err);
  assert.match(good.out, /^1 passed$/m);
  write(
    'thrown/own.scenario.ts',
    declared("  if ((await west.exec('echo hello')).status === 0) throw new RangeError('mine');"),
  );
  const thrown = await npx('espalier', 'run', '--substrate', 'fake', 'thrown');
  assert.match(thrown.out, /thrown\/own\.scenario\.ts:3: .*mine/);
  assert.match(thrown.out, /^ +again: npx espalier run --substrate fake thrown:own$/m);
  write('wrong/own.scenario.ts', declared("  await west.exek('echo hello');"));
  const wrong = await npx('espalier', 'run', '--substrate', 'fake', 'wrong');
  assert.equal(wrong.status, 3);
  assert.match(wrong.err, /wrong\/own\.scenario\.ts:3: Property 'exek' does not exist/);
});

test('real labs run from there: the scenario that init wrote, a bundled one, and one in libreswan’s format', {
  skip,
}, async () => {
  const { status, out, err } = await npx('espalier', 'run', 'vpn', 'first', 'examples:psk');
  assert.equal(status, 0, out + err);
  assert.match(out, /^3 passed$/m);
});
