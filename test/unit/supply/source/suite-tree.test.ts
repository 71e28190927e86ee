import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { suiteTree } from '../../../../src/supply/source/suite-tree.ts';

const tests = 'testing/list';

/** A repository: its first commit has no tests. */
function makePlace() {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-suite-'));
  const tree = join(dir, 'tree');
  const previous = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = join(dir, 'cache');
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const git = (...args: string[]) => execFileSync('git', ['-C', tree, ...who, ...args], { encoding: 'utf8' }).trim();
  execFileSync('git', ['init', '-q', tree]);
  writeFileSync(join(tree, 'main.c'), '');
  git('add', '-A');
  git('commit', '-qm', 'one');
  const first = git('rev-parse', 'HEAD');
  mkdirSync(join(tree, 'testing'));
  writeFileSync(join(tree, 'testing/list'), 'a test\n');
  git('add', '-A');
  git('commit', '-qm', 'two');
  return {
    tree,
    first,
    of: (commit?: string) => suiteTree({ name: 'swan', dir: tree, ...(commit !== undefined && { commit }) }, tests),
    [Symbol.dispose]: () => {
      if (previous === undefined) delete process.env.ESPALIER_CACHE;
      else process.env.ESPALIER_CACHE = previous;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const refusal = async (body: Promise<unknown>): Promise<string> => {
  const error = await body.then(
    () => assert.fail('nothing was refused'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof EspalierError && error.fault === 'usage', String(error));
  return `${error.message}; ${error.detail.remedy ?? ''}`;
};

test('the suite of a tree is the tree itself, and of a commit only its tests', async () => {
  using at = makePlace();
  assert.equal(await at.of(), at.tree);
  const place = await at.of('HEAD');
  assert.equal(readFileSync(join(place, 'testing/list'), 'utf8'), 'a test\n');
  assert.equal(existsSync(join(place, 'main.c')), false);
  writeFileSync(join(at.tree, 'testing/list'), 'another\n');
  assert.equal(readFileSync(join(await at.of('HEAD'), 'testing/list'), 'utf8'), 'a test\n');
});

test('a tree or a commit without tests is refused, with the option that names others', async () => {
  using at = makePlace();
  const says = `has no tests of swan: there is no testing/list in ${at.first.slice(0, 12)}; name the tree that has them with --suite DIR`;
  assert.equal(await refusal(at.of(at.first)), says);
  rmSync(join(at.tree, 'testing'), { recursive: true });
  assert.match(await refusal(at.of()), /^has no tests of swan: there is no testing\/list; name the tree/);
  assert.equal(existsSync(join(await at.of('HEAD'), 'testing/list')), true);
});
