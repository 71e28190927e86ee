import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import type { BuildRecipe } from '../../../../src/daemons/build-recipe.ts';
import { isPresentProgram } from '../../../../src/supply/debian/machine-tools.ts';
import { type BuiltSource, buildTree, type Workshop } from '../../../../src/supply/source/build-tree.ts';
import { makeSmallRoot, whyNoSmallRoot } from './small-root.ts';

const needed = ['git', 'mmdebstrap'].find((name) => !isPresentProgram(name));
const skip = whyNoSmallRoot() ?? (needed === undefined ? false : `${needed} is not installed`);

const recipe: BuildRecipe = {
  proof: 'Makefile',
  image: 'debian-trixie-libreswan',
  packages: [],
  suites: ['swan'],
  tests: 'tests/list',
  leftOut: ['tests/**'],
  script: 'echo built >>"$OBJECTS/builds"; echo built >>made\nmake install DESTDIR="$INSTALLED" FLAVOUR="$FLAVOUR"',
  flavours: { default: {} },
};
const makefile = `install:
	mkdir -p $(DESTDIR)/usr
	grep -v wrong word
	cat word >$(DESTDIR)/usr/word
	chmod 600 word
`;

interface Place extends Disposable {
  readonly tree: string;
  readonly root: string;
  git(...args: string[]): string;
  build(commit?: string, openWorkshop?: () => Promise<Workshop>): Promise<BuiltSource>;
  /** How many builds added to these objects, and to this copy. */
  builds(): number;
  made(): number;
}

/** A tree, and a cache that lies in a repository which ignores all of it. */
function makePlace(): Place {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-build-'));
  chmodSync(dir, 0o755);
  const [tree, cache] = [join(dir, 'tree'), join(dir, 'cache')];
  const root = makeSmallRoot(join(dir, 'root'));
  const previous = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = cache;
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const git = (...args: string[]) => execFileSync('git', ['-C', tree, ...who, ...args], { encoding: 'utf8' }).trim();
  execFileSync('git', ['init', '-q', dir]);
  writeFileSync(join(dir, '.gitignore'), '*\n');
  mkdirSync(tree);
  git('init', '-q');
  writeFileSync(join(tree, 'Makefile'), makefile);
  writeFileSync(join(tree, 'word'), 'the first word\n');
  git('add', '-A');
  git('commit', '-qm', 'one');
  const mode = process.getuid?.() === 0 ? 'root' : 'unshare';
  const workshop = async (): Promise<Workshop> => ({ builder: { mode }, root, packages: [] });
  const lines = (path: string): number => {
    const trees = join(cache, 'source/trees');
    const [key = ''] = readdirSync(trees).filter((name) => !name.endsWith('.lock'));
    return readFileSync(join(trees, key, path), 'utf8').split('\n').length - 1;
  };
  return {
    tree,
    root,
    git,
    build: (commit, openWorkshop = workshop) => {
      const request = { name: 'swan', dir: tree, ...(commit !== undefined && { commit }) };
      return buildTree({ request, recipe, flavour: 'default' }, openWorkshop);
    },
    builds: () => lines('objects/builds'),
    made: () => lines('copy/made'),
    [Symbol.dispose]: () => {
      if (previous === undefined) delete process.env.ESPALIER_CACHE;
      else process.env.ESPALIER_CACHE = previous;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const holds = ({ layer }: BuiltSource, text: string): boolean => readFileSync(layer.path).includes(text);

test('a tree is built once, and again when it changes', { skip }, async () => {
  using at = makePlace();
  const first = await at.build();
  assert.equal(first.version, at.git('rev-parse', 'HEAD').slice(0, 12));
  assert.ok(holds(first, 'the first word'));
  assert.equal((await at.build()).layer.id, first.layer.id);
  assert.equal(at.builds(), 1);
  writeFileSync(join(at.tree, 'word'), 'another word\n');
  const second = await at.build();
  assert.equal(second.version, `${first.version}+changes`);
  assert.ok(holds(second, 'another word') && !holds(second, 'the first word'));
  const third = await at.build('HEAD');
  assert.equal(third.version, first.version);
  assert.equal(third.layer.id, first.layer.id);
  assert.equal(at.builds(), 3);
});

test('files of packages that are newer than the image go into the layer', { skip }, async () => {
  using at = makePlace();
  mkdirSync(join(at.root, 'newer'));
  mkdirSync(join(at.root, 'usr/lib/swan'));
  writeFileSync(join(at.root, 'usr/lib/swan/libswan.so.1'), 'a newer library');
  symlinkSync('libswan.so.1', join(at.root, 'usr/lib/swan/libswan.so'));
  writeFileSync(join(at.root, 'newer/files'), '/usr/lib/swan/libswan.so.1\n/usr/lib/swan/libswan.so\n');
  writeFileSync(join(at.root, 'newer/packages'), 'libswan1 1.2-3 of Debian sid\n');
  const built = await at.build();
  assert.ok(holds(built, 'a newer library') && holds(built, 'libswan.so') && holds(built, 'the first word'));
});

test('objects are kept while the root is the same, after a build that failed too, and not beyond', {
  skip,
}, async () => {
  using at = makePlace();
  await at.build();
  writeFileSync(join(at.tree, 'word'), 'wrong\n');
  await assert.rejects(at.build(), /does not build/);
  writeFileSync(join(at.tree, 'word'), 'another word\n');
  await at.build();
  assert.equal(at.builds(), 3);
  assert.equal(at.made(), 3);
  mkdirSync(join(at.root, '../other'));
  const root = makeSmallRoot(join(at.root, '../other/root'));
  const mode = process.getuid?.() === 0 ? 'root' : 'unshare';
  await at.build(undefined, async () => ({ builder: { mode }, root, packages: [] }));
  assert.equal(at.builds(), 1);
  assert.equal(at.made(), 1);
});

test('after a command that ended between copy and build, what was built before is not taken for the tree', {
  skip,
}, async () => {
  using at = makePlace();
  await at.build();
  writeFileSync(join(at.tree, 'word'), 'another word\n');
  const stop = (): Promise<Workshop> => Promise.reject(new EspalierError('cancelled', 'stopped'));
  await assert.rejects(at.build(undefined, stop), /stopped/);
  assert.ok(holds(await at.build(), 'another word'));
});

test('a tree that does not build, or is another, is refused', { skip }, async () => {
  using at = makePlace();
  writeFileSync(join(at.tree, 'word'), 'wrong\n');
  const refused = (pattern: RegExp) =>
    assert.rejects(at.build(), (error) => {
      assert.ok(error instanceof EspalierError && error.fault === 'usage', String(error));
      assert.match(`${error.message}; ${error.detail.output ?? ''}`, pattern);
      return true;
    });
  await refused(/does not build; .*\*\*\*/s);
  rmSync(join(at.tree, 'Makefile'));
  await refused(/is not a source tree of swan: it has no Makefile/);
});

const noCompiler = isPresentProgram('gcc') ? skip : 'gcc is not installed';

test('a library that is nowhere is named, with what needs it, before any lab starts', {
  skip: noCompiler,
}, async () => {
  using at = makePlace();
  const made = mkdtempSync(join(tmpdir(), 'espalier-library-'));
  const gcc = (...args: string[]) => execFileSync('gcc', args, { cwd: made, input: 'int main(void) { return 0; }' });
  gcc('-shared', '-x', 'c', '-o', 'libnowhere.so.7', '-Wl,-soname,libnowhere.so.7', '-');
  gcc('-x', 'c', '-o', 'word', '-', '-x', 'none', '-Wl,--no-as-needed', 'libnowhere.so.7');
  writeFileSync(join(at.tree, 'word'), readFileSync(join(made, 'word')));
  rmSync(made, { recursive: true });
  writeFileSync(join(at.tree, 'Makefile'), 'install:\n\tinstall -D -m 755 word $(DESTDIR)/usr/word\n');
  await assert.rejects(at.build(), (error) => {
    assert.ok(error instanceof EspalierError && error.fault === 'usage', String(error));
    assert.equal(error.message, 'needs a library that neither the build nor the image has', error.detail.output);
    assert.equal(error.detail.output, 'libnowhere.so.7, which /usr/word needs');
    assert.match(error.detail.remedy ?? '', /packages/);
    return true;
  });
});
