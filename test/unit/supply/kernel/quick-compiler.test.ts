import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';

const headers = join(projectDir, 'kernel/headers');
/** As the kernel's makefiles give them. */
const forced = ['compiler-version', 'kconfig', 'compiler_types'].flatMap((name) => [
  '-include',
  `./include/linux/${name}.h`,
]);

/** A tree with empty headers of the kernel's names, a few files, and the compiler as a build places it. */
function place(files: Readonly<Record<string, string>>): { dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-quick-compiler-'));
  cpSync(join(projectDir, 'src/supply/kernel/quick-compiler.sh'), join(dir, 'espalier-cc'));
  cpSync(headers, join(dir, 'espalier-headers'), { recursive: true });
  const named = globSync('*.h', { cwd: headers }).flatMap((name) => [
    ...readFileSync(join(headers, name), 'utf8').matchAll(/#include <(.*)>/g),
  ]);
  const empty = Object.fromEntries(named.map(([, name = '']) => [`include/${name}`, '']));
  const kernel = '#ifndef K\n#define K\n#ifdef FIRST\nint first = 1;\n#endif\n#define NAME KBUILD_MODNAME\n#endif\n';
  const all = { ...empty, 'include/linux/kernel.h': kernel, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

function compile(
  dir: string,
  compiler: string,
  [source, out]: readonly [string, string],
): { status: number | null; stderr: string } {
  const names = ['-DKBUILD_MODNAME="module of one"', '-D__KBUILD_MODNAME=one'];
  const flags = ['-Iinclude', ...forced, '-D__KERNEL__', '-O2', ...names, '-c', '-o', out, source];
  const { status, stderr } = spawnSync(compiler, flags, { cwd: dir, encoding: 'utf8', timeout: 60_000 });
  return { status, stderr };
}

const plain = '#include <linux/kernel.h>\nconst char *name(void) { return NAME; }\n';

test('what is compiled with headers that were read before is what gcc makes of it', () => {
  const sources = ['mm/a', 'mm/b', 'mm/c', 'mm/d', 'net/core/e', 'net/core/f', 'net/core/g', 'net/core/h'];
  using tree = place(Object.fromEntries(sources.map((path) => [`${path}.c`, plain])));
  for (const path of sources) {
    assert.equal(compile(tree.dir, './espalier-cc', [`${path}.c`, `${path}.o`]).status, 0);
    spawnSync(
      'gcc',
      ['-Iinclude', ...forced, '-DKBUILD_MODNAME="module of one"', '-O1', '-c', `${path}.c`, '-o', 'plain.o'],
      {
        cwd: tree.dir,
      },
    );
    assert.deepEqual(readFileSync(join(tree.dir, `${path}.o`)), readFileSync(join(tree.dir, 'plain.o')), path);
  }
  // One for the rest and one for the network, made for the third file of each.
  assert.equal(globSync('espalier-headers/*.gch', { cwd: tree.dir }).length, 2);
  const quick = sources.filter((path) => existsSync(join(tree.dir, `${path}.o.names.h`)));
  assert.deepEqual(quick, ['mm/c', 'mm/d', 'net/core/g', 'net/core/h']);
});

const others: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'a file that defines something before its headers': ['mm/x', `/* text */\n#define FIRST\n${plain}`],
  'the same with a blank': ['mm/x', `# define FIRST\n${plain}`],
  'a file of the architecture': ['arch/um/x', plain],
  'a program of the build': ['scripts/x', plain],
};

for (const [title, [path, text]] of Object.entries(others)) {
  test(`compiled for itself: ${title}`, () => {
    using tree = place({ 'mm/a.c': plain, [`${path}.c`]: text });
    for (let count = 0; count < 3; count++) compile(tree.dir, './espalier-cc', ['mm/a.c', 'mm/a.o']);
    assert.equal(compile(tree.dir, './espalier-cc', [`${path}.c`, `${path}.o`]).status, 0);
    assert.ok(!existsSync(join(tree.dir, `${path}.o.names.h`)));
    const object = readFileSync(join(tree.dir, `${path}.o`), 'latin1');
    assert.equal(object.includes('\0first\0'), text.includes('FIRST'));
  });
}

test("what does not compile fails with gcc's own words", () => {
  using tree = place({ 'mm/a.c': plain, 'mm/x.c': '#include <linux/kernel.h>\nint x = missing;\n' });
  for (let count = 0; count < 3; count++) compile(tree.dir, './espalier-cc', ['mm/a.c', 'mm/a.o']);
  const { status, stderr } = compile(tree.dir, './espalier-cc', ['mm/x.c', 'mm/x.o']);
  assert.equal(status, 1);
  assert.match(stderr, /mm\/x\.c:2:9: error: .missing. undeclared/);
});

test('without the headers of this kernel every file is compiled for itself', () => {
  using tree = place({ 'mm/a.c': plain });
  rmSync(join(tree.dir, 'include/linux/seq_file.h'));
  for (let count = 0; count < 5; count++) {
    assert.equal(compile(tree.dir, './espalier-cc', ['mm/a.c', 'mm/a.o']).status, 0);
  }
  assert.deepEqual(globSync('espalier-headers/*.gch', { cwd: tree.dir }), []);
});
