import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { firstError } from '../../../../src/supply/source/first-error.ts';
import { allFiles, exportCommit, filesOf, stateOf } from '../../../../src/supply/source/repository.ts';
import { parseSource } from '../../../../src/supply/source/request.ts';

interface Folder extends Disposable {
  readonly dir: string;
  write(path: string, content: string): void;
  git(...args: string[]): string;
}

function makeFolder(): Folder {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-source-'));
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'init.defaultBranch=main'];
  return {
    dir,
    write: (path, content) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), content);
    },
    git: (...args) => execFileSync('git', ['-C', dir, ...who, ...args], { env, encoding: 'utf8' }).trim(),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A repository with two commits. */
function makeRepository(): Folder & { readonly first: string } {
  const folder = makeFolder();
  folder.git('init', '-q');
  folder.write('a.c', 'one\n');
  folder.write('tests/t/x.sh', 'x\n');
  folder.write('.gitignore', '*.o\n');
  folder.git('add', '-A');
  folder.git('commit', '-qm', 'one');
  const first = folder.git('rev-parse', 'HEAD');
  folder.write('a.c', 'two\n');
  folder.git('commit', '-qam', 'two');
  return { ...folder, first };
}

const refused = (body: () => unknown, pattern: RegExp): void => {
  assert.throws(
    body,
    (error) => error instanceof EspalierError && error.fault === 'usage' && pattern.test(error.message),
  );
};
const refusal = async (body: Promise<unknown>): Promise<string> => {
  const error = await body.then(
    () => assert.fail('nothing was refused'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof EspalierError && error.fault === 'usage', String(error));
  return `${error.message}; ${error.detail.remedy ?? ''}`;
};

test('a source is a name, a folder, and at most one host and one commit', () => {
  using folder = makeFolder();
  const { dir } = folder;
  assert.deepEqual(parseSource(`swan=${dir}`), { name: 'swan', dir });
  assert.deepEqual(parseSource(`west:swan=${dir}@v1.0`), { host: 'west', name: 'swan', dir, commit: 'v1.0' });
  mkdirSync(join(dir, 'a@b'));
  assert.deepEqual(parseSource(`swan=${dir}/a@b`), { name: 'swan', dir: join(dir, 'a@b') });
  assert.deepEqual(parseSource(`swan=${dir}/a@b@c`), { name: 'swan', dir: join(dir, 'a@b'), commit: 'c' });
  refused(() => parseSource(dir), /is expected/);
  refused(() => parseSource(`swan=${dir}/none`), /is not a folder/);
});

test('a tree is named by its commit, and by whether it holds changes', async () => {
  using tree = makeRepository();
  const request = { name: 'swan', dir: tree.dir };
  const head = tree.git('rev-parse', 'HEAD');
  assert.deepEqual(await stateOf(request), { commit: head, changed: false });
  tree.write('a.c', 'three\n');
  assert.deepEqual(await stateOf(request), { commit: head, changed: true });
  tree.git('checkout', '-q', '.');
  tree.write('a.o', 'ignored');
  assert.deepEqual(await stateOf(request), { commit: head, changed: false });
  tree.write('new.c', 'built as well');
  assert.deepEqual(await stateOf(request), { commit: head, changed: true });
  assert.deepEqual(await stateOf({ ...request, commit: 'HEAD~1' }), { commit: tree.first, changed: false });
  using plain = makeFolder();
  assert.deepEqual(await stateOf({ name: 'swan', dir: plain.dir }), { changed: false });
});

test('a commit that is not there is refused, with what to do about it', async () => {
  using tree = makeRepository();
  const request = { name: 'swan', dir: tree.dir, commit: '0123456789abcdef0123456789abcdef01234567' };
  assert.match(await refusal(stateOf(request)), /has no commit 0123.*git log/);
  using clone = makeFolder();
  execFileSync('git', ['clone', '-q', '--depth=1', `file://${tree.dir}`, join(clone.dir, 'c')]);
  assert.match(
    await refusal(stateOf({ ...request, dir: join(clone.dir, 'c'), commit: tree.first })),
    /shallow.*--unshallow/,
  );
  using plain = makeFolder();
  assert.match(await refusal(stateOf({ ...request, dir: plain.dir })), /no git repository/);
  assert.match(await refusal(stateOf({ ...request, commit: '--help' })), /has no commit --help/);
});

test('what is built is what git would take, with changes and new files, and without what is ignored or left out', async () => {
  using tree = makeRepository();
  tree.write('new.c', '');
  tree.write('a.o', '');
  assert.deepEqual(await filesOf(tree.dir, ['tests/*/**']), ['.gitignore', 'a.c', 'new.c']);
  using plain = makeFolder();
  plain.write('x/y.c', '');
  execFileSync('mkfifo', [join(plain.dir, 'fifo')]);
  assert.deepEqual(await filesOf(plain.dir, []), ['x/y.c']);
  assert.deepEqual(allFiles(plain.dir, ['x/*']), []);
});

test('where git fails, nothing is said of a tree', async () => {
  using tree = makeRepository();
  const request = { name: 'swan', dir: tree.dir };
  writeFileSync(join(tree.dir, '.git/index'), 'no index');
  assert.match(await refusal(stateOf(request)), /git cannot read the repository/);
  assert.match(await refusal(filesOf(tree.dir, [])), /git cannot read the repository/);
  writeFileSync(join(tree.dir, '.git/config'), '[core');
  assert.match(await refusal(stateOf(request)), /git cannot read the repository/);
  assert.match(await refusal(stateOf({ ...request, commit: 'HEAD' })), /git cannot read the repository/);
});

test('a tree that lies in a repository which does not know it has no commit', async () => {
  using outer = makeRepository();
  outer.write('sources/swan/x.c', '');
  outer.write('sources/swan/y.o', '');
  const dir = join(outer.dir, 'sources/swan');
  assert.deepEqual(await stateOf({ name: 'swan', dir }), { changed: false });
  assert.deepEqual(await filesOf(dir, []), ['x.c', 'y.o']);
  outer.git('add', 'sources/swan/x.c');
  outer.git('commit', '-qm', 'three');
  assert.deepEqual(await stateOf({ name: 'swan', dir }), { commit: outer.git('rev-parse', 'HEAD'), changed: false });
  assert.deepEqual(await filesOf(dir, []), ['x.c']);
});

test('programs that the repository names are not run', async () => {
  using tree = makeRepository();
  using out = makeFolder();
  const mark = join(out.dir, 'was-run');
  const program = join(out.dir, 'program');
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >>${mark}\ncat\n`, { mode: 0o755 });
  tree.write('.gitattributes', '*.c filter=one\n*.sh filter=two.three\n');
  tree.git('add', '-A');
  tree.git('commit', '-qm', 'three');
  const filters = ['one', 'two.three'].flatMap((name) =>
    ['clean', 'smudge'].map((what) => [`filter.${name}.${what}`, program] as const),
  );
  for (const [key, value] of [
    ...filters,
    ['filter.one.required', 'true'],
    ['core.fsmonitor', program],
    ['gpg.program', program],
    ['core.pager', program],
    ['tar.tar.command', program],
  ] as const)
    tree.git('config', key, value);
  // Of the same size and another date, so that git has to read it.
  tree.write('a.c', 'owt\n');
  const { commit = '', changed } = await stateOf({ name: 'swan', dir: tree.dir });
  assert.equal(changed, true);
  await filesOf(tree.dir, []);
  const into = join(out.dir, 'into');
  mkdirSync(into);
  await exportCommit({ dir: tree.dir, commit }, ['.'], into);
  assert.equal(readFileSync(join(into, 'a.c'), 'utf8'), 'two\n');
  assert.equal(existsSync(mark) ? readFileSync(mark, 'utf8') : '', '');
  tree.git('config', 'filter.a=b.clean', program);
  assert.match(await refusal(stateOf({ name: 'swan', dir: tree.dir })), /has a filter of git named a=b/);
});

test('a commit is read without touching the tree', async () => {
  using tree = makeRepository();
  using out = makeFolder();
  tree.write('a.c', 'three\n');
  await exportCommit({ dir: tree.dir, commit: tree.first }, ['.', ':(exclude,glob)tests/**'], out.dir);
  assert.equal(readFileSync(join(out.dir, 'a.c'), 'utf8'), 'one\n');
  assert.equal(existsSync(join(out.dir, 'tests')), false);
  assert.equal(readFileSync(join(tree.dir, 'a.c'), 'utf8'), 'three\n');
});

const logs: readonly (readonly [string, readonly string[], string])[] = [
  [
    'a compiler',
    ['cc -Werror -c error.c', 'x.c:3:5: error: expected ;', 'make: *** [x.o] Error 1'],
    'x.c:3:5: error: expected ;',
  ],
  [
    'a linker',
    ['cc -o x', "x.o: undefined reference to `y'", 'collect2: error: ld returned 1'],
    "x.o: undefined reference to `y'",
  ],
  ['make', ['ok', "make: *** No rule to make target 'y'.  Stop."], "make: *** No rule to make target 'y'.  Stop."],
  ['a shell', ['ok', 'sh: 1: bison: not found'], 'sh: 1: bison: not found'],
];
for (const [who, lines, expected] of logs) {
  test(`the first error is shown as ${who} words it`, () =>
    assert.ok(firstError(lines).slice(0, 2).includes(expected)));
}

test('where no line says error, the end is shown', () => {
  assert.deepEqual(firstError(['a', 'b']), ['a', 'b']);
});
