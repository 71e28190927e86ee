import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { CommitCopy } from '../../../../src/supply/source/commit-copy.ts';

const dir = mkdtempSync(join(tmpdir(), 'espalier-commit-copy-'));
process.env.ESPALIER_CACHE = join(dir, 'cache');
after(() => rmSync(dir, { recursive: true, force: true }));

/** Content by path; an array: a link that leads there. */
type Files = Readonly<Record<string, string | readonly [string]>>;

const states: readonly Files[] = [
  { same: '0', 'net/a.c': 'one' },
  { same: '0', 'net/a.c': 'two', 'net/b.c': 'new' },
  { same: '0', net: 'a file where a folder was' },
  { same: '0', 'net/a.c': ['../same'], 'net/*.c': 'a name like a pattern', 'net/b.c': 'again' },
  { same: '0', 'net/a.c': 'two', 'x y': 'z', 'only/here/deep': '1' },
  { same: '0', 'net/a.c': 'two', 'x y': 'z', '.gitattributes': 'left export-ignore\n', left: 'out of exports' },
  { same: '0', 'net/a.c': 'two', 'x y': 'z', left: 'out of exports' },
];

function repositoryOf(name: string): { tree: string; commits: readonly string[] } {
  const tree = join(dir, name);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      encoding: 'utf8',
    });
  execFileSync('git', ['init', '-q', tree]);
  const commits = states.map((files) => {
    for (const entry of readdirSync(tree)) if (entry !== '.git') rmSync(join(tree, entry), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      if (typeof content === 'string') writeFileSync(join(tree, path), content);
      else symlinkSync(content[0], join(tree, path));
    }
    git('add', '-A');
    git('commit', '-qm', 'state');
    return git('rev-parse', 'HEAD').trim();
  });
  return { tree, commits };
}

function filesIn(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => !one.isDirectory());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [
        path.slice(folder.length + 1),
        entry.isSymbolicLink() ? [readlinkSync(path)] : readFileSync(path, 'utf8'),
      ];
    }),
  );
}

/** What an export of a state has. */
function exported(state: Files): Files {
  return '.gitattributes' in state
    ? Object.fromEntries(Object.entries(state).filter(([path]) => path !== 'left'))
    : state;
}

/** Goes from each to each: 0 1 0 2 0 … 1 2 1 3 1 … */
const walk = states.flatMap((_, a) => [a, ...states.flatMap((__, b) => (b > a ? [b, a] : []))]);

test('from any commit to any other one the copy has the files of that, and no others', async () => {
  const { tree, commits } = repositoryOf('walk');
  for (const [step, at] of walk.entries()) {
    const copy = new CommitCopy({ dir: tree, commit: commits[at] ?? '' });
    await copy.bring();
    assert.deepEqual(filesIn(copy.path), exported(states[at] ?? {}), `${walk[step - 1]} to ${at}`);
  }
});

test('a file that two commits share is not looked at, and one whose state is not known is', async () => {
  const { tree, commits } = repositoryOf('dates');
  const [first, second] = [0, 1].map((at) => new CommitCopy({ dir: tree, commit: commits[at] ?? '' }));
  assert.ok(first && second);
  await first.bring();
  const date = () => statSync(join(first.path, 'same'), { bigint: true }).mtimeNs;
  const before = date();
  await second.bring();
  assert.equal(date(), before);
  writeFileSync(join(first.path, 'same'), 'changed by somebody');
  // As a process leaves it that was killed on the way to a commit.
  rmSync(join(first.path, '../commit'));
  await first.bring();
  assert.deepEqual(filesIn(first.path), states[0]);
});
