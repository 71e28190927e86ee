import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommitCopy } from '../../../../src/supply/source/commit-copy.ts';
import { CommitSearch } from '../../../../src/supply/source/commit-search.ts';
import { countCommits, describeCommit, isAncestor, parentOf } from '../../../../src/supply/source/commits.ts';

/** A repository whose commits each append to a file, in a place with a cache. */
function makeRepository(files: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-search-'));
  const previous = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = join(dir, 'cache');
  const tree = join(dir, 'tree');
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const git = (...args: string[]) => execFileSync('git', ['-C', tree, ...who, ...args], { encoding: 'utf8' }).trim();
  execFileSync('git', ['init', '-q', '-b', 'main', tree]);
  const commits = files.map((file, at) => {
    writeFileSync(join(tree, file), String(at));
    git('add', '-A');
    git('commit', '-qm', `commit ${at}`);
    return git('rev-parse', 'HEAD');
  });
  return {
    tree,
    git,
    commits,
    start: (before: number, after: number, leftOut: readonly string[] = []) =>
      CommitSearch.start({ dir: tree, before: [commits[before] ?? ''], after: commits[after] ?? '', leftOut }),
    [Symbol.dispose]: () => {
      assert.deepEqual(readdirSync(join(dir, 'cache/work')), []);
      if (previous === undefined) delete process.env.ESPALIER_CACHE;
      else process.env.ESPALIER_CACHE = previous;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const codes = (count: number): string[] => Array.from({ length: count }, () => 'code');

/** Goes on until the end; `before`: whether a commit has not changed yet, `undefined` where it cannot be tried. */
async function drive(search: CommitSearch, before: (commit: string) => boolean | undefined): Promise<string[]> {
  const tried: string[] = [];
  for (let { state } = search; state.kind === 'try'; state = search.state) {
    tried.push(state.commit);
    const known = before(state.commit);
    await search.mark(known === undefined ? 'skip' : known ? 'before' : 'after');
  }
  return tried;
}

test('every change is found in about as many steps as were said', async () => {
  using at = makeRepository(codes(12));
  for (const first of [1, 5, 6, 11]) {
    using search = await at.start(0, 11);
    assert.ok(search.state.kind === 'try');
    const { steps } = search.state;
    const tried = await drive(search, (commit) => at.commits.indexOf(commit) < first);
    assert.deepEqual(search.state, { kind: 'found', commit: at.commits[first] });
    assert.ok(Math.abs(tried.length - steps) <= 1, `${tried.length} of ${steps}`);
  }
});

test('commits that change only what is left out are not tried', async () => {
  using at = makeRepository(['code', 'text', 'text', 'code', 'text', 'text', 'code']);
  using search = await at.start(0, 6, ['text']);
  const tried = await drive(search, (commit) => at.commits.indexOf(commit) < 3);
  assert.deepEqual(search.state, { kind: 'found', commit: at.commits[3] });
  assert.deepEqual(
    tried.filter((commit) => ![3, 6].includes(at.commits.indexOf(commit))),
    [],
  );
});

test('where commits beside the change cannot be tried, all that it can be are named', async () => {
  using at = makeRepository(codes(9));
  using search = await at.start(0, 8);
  await drive(search, (commit) => {
    const index = at.commits.indexOf(commit);
    return index === 4 || index === 5 ? undefined : index < 5;
  });
  assert.ok(search.state.kind === 'open');
  assert.deepEqual([...search.state.commits].sort(), [at.commits[4], at.commits[5], at.commits[6]].sort());
});

test('a good commit on a branch of its own: the commit where both began is tried first, and git gives up where that is bad', async () => {
  using at = makeRepository(codes(3));
  at.git('checkout', '-q', '-b', 'side', at.commits[1] ?? '');
  writeFileSync(join(at.tree, 'side'), '');
  at.git('add', '-A');
  at.git('commit', '-qm', 'side');
  const side = at.git('rev-parse', 'HEAD');
  using search = await CommitSearch.start({ dir: at.tree, before: [side], after: at.commits[2] ?? '', leftOut: [] });
  assert.equal('commit' in search.state && search.state.commit, at.commits[1]);
  await search.mark('after');
  const { state } = search;
  assert.ok(state.kind === 'impossible');
  assert.match(state.why, /merge base/);
});

test('commits are described, counted and compared by age', async () => {
  using at = makeRepository(codes(4));
  const [first = '', second = '', , last = ''] = at.commits;
  assert.equal(await countCommits(at.tree, last, [first]), 3);
  assert.deepEqual([await isAncestor(at.tree, first, last), await isAncestor(at.tree, last, first)], [true, false]);
  assert.deepEqual([await parentOf(at.tree, second), await parentOf(at.tree, first)], [first, undefined]);
  const { author, subject, day } = await describeCommit(at.tree, second);
  assert.deepEqual([author, subject, /^\d{4}-\d\d-\d\d$/.test(day)], ['a', 'commit 1', true]);
  // Makes the folder that is looked at in the end.
  using _search = await at.start(0, 3);
});

test('a copy follows from commit to commit, and what two of them share keeps its date', async () => {
  using at = makeRepository(['same', 'code', 'code']);
  const copyOf = (index: number) => new CommitCopy({ dir: at.tree, commit: at.commits[index] ?? '' });
  const { path } = copyOf(1);
  await copyOf(1).bring();
  const dates = () => ['same', 'code'].map((name) => statSync(join(path, name), { bigint: true }).mtimeNs);
  const [same, code] = dates();
  await copyOf(2).bring();
  assert.equal(readFileSync(join(path, 'code'), 'utf8'), '2');
  const [sameNow, codeNow] = dates();
  assert.equal(sameNow, same);
  assert.notEqual(codeNow, code);
  await copyOf(0).bring();
  assert.deepEqual(readdirSync(path), ['same']);
});
