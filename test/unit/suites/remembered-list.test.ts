import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rememberedList } from '../../../src/suites/remembered-list.ts';
import { SeenFiles } from '../../../src/suites/seen-files.ts';
import { SuiteFiles } from '../../../src/suites/suite-files.ts';

/** Everything that exists when the test begins is old for a list that is made then. */
const later = 3_600_000;

/** A suite of two tests, listed by the content of a script, with a cache of its own. */
interface Place extends Disposable {
  readonly dir: string;
  /** The list, and whether it was read anew. */
  list(since?: number): Promise<{ readonly list: readonly string[]; readonly isNew: boolean }>;
}

function place(): Place {
  const top = mkdtempSync(join(tmpdir(), 'espalier-remembered-list-'));
  const dir = join(top, 'suite');
  for (const name of ['a', 'b']) {
    mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, name, 'run.sh'), `echo ${name}\n`);
  }
  const cache = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = join(top, 'cache');
  return {
    dir,
    list: async (since = Date.now() + later) => {
      let isNew = false;
      const suite = new SuiteFiles(dir, new SeenFiles(since));
      const read = async (): Promise<string[]> => {
        isNew = true;
        return suite.entries(dir).map(({ name }) => `${name}: ${lineOf(suite, join(dir, name))}`);
      };
      return { list: await rememberedList({ key: [dir], seen: suite.seen, read }), isNew };
    },
    [Symbol.dispose]: () => {
      if (cache === undefined) delete process.env.ESPALIER_CACHE;
      else process.env.ESPALIER_CACHE = cache;
      rmSync(top, { recursive: true, force: true });
    },
  };
}

function lineOf(suite: SuiteFiles, dir: string): string {
  const options = join(dir, 'options');
  try {
    return `${suite.text(join(dir, 'run.sh')).trim()}${suite.isFile(options) ? suite.text(options) : ''}`;
  } catch (error) {
    return `broken: ${(error as Error).message}`;
  }
}

/** Waits until the file system gives a later date than it gave before. */
function tick(dir: string): void {
  const probe = join(dir, '..', 'probe');
  writeFileSync(probe, '');
  const { ctimeMs } = statSync(probe);
  const end = Date.now() + 10_000;
  while (statSync(probe).ctimeMs === ctimeMs && Date.now() < end) chmodSync(probe, 0o600 ^ (Date.now() & 1));
}

/** Keeps the dates of a file, as an editor or `git` never does. */
function withOldDates(path: string, change: () => void): void {
  const { atime, mtime } = statSync(path);
  change();
  utimesSync(path, atime, mtime);
}

test('what did not change is not read again', async () => {
  using suite = place();
  const first = await suite.list();
  assert.deepEqual(first, { list: ['a: echo a', 'b: echo b'], isNew: true });
  assert.deepEqual(await suite.list(), { ...first, isNew: false });
});

const changes: Readonly<Record<string, (dir: string) => void>> = {
  'a script with other text': (dir) => writeFileSync(join(dir, 'a/run.sh'), 'echo another\n'),
  'a script of the same length, with its dates': (dir) => {
    const script = join(dir, 'a/run.sh');
    withOldDates(script, () => writeFileSync(script, 'echo c\n'));
  },
  'a script that another file was renamed to, with its dates': (dir) => {
    const [script, other] = [join(dir, 'a/run.sh'), join(dir, '../other')];
    writeFileSync(other, 'echo d\n');
    const { atime, mtime } = statSync(script);
    utimesSync(other, atime, mtime);
    renameSync(other, script);
  },
  'a script that became a link to another': (dir) => {
    rmSync(join(dir, 'a/run.sh'));
    symlinkSync('../b/run.sh', join(dir, 'a/run.sh'));
  },
  'a script that became another name of another': (dir) => {
    rmSync(join(dir, 'a/run.sh'));
    linkSync(join(dir, 'b/run.sh'), join(dir, 'a/run.sh'));
  },
  'a file that was asked for and was not there': (dir) => writeFileSync(join(dir, 'a/options'), ' -x'),
  'a test more': (dir) => {
    mkdirSync(join(dir, 'c'));
    writeFileSync(join(dir, 'c/run.sh'), 'echo c\n');
  },
  'a test less': (dir) => rmSync(join(dir, 'b'), { recursive: true }),
  'two tests that changed places': (dir) => {
    renameSync(join(dir, 'a'), join(dir, 'x'));
    renameSync(join(dir, 'b'), join(dir, 'a'));
    renameSync(join(dir, 'x'), join(dir, 'b'));
  },
};

for (const [title, change] of Object.entries(changes)) {
  test(`noticed: ${title}`, async () => {
    using suite = place();
    const { list: before } = await suite.list();
    tick(suite.dir);
    change(suite.dir);
    const { list, isNew } = await suite.list();
    assert.ok(isNew, 'the old list was taken for the new one');
    assert.notDeepEqual(list, before);
  });
}

test('what changed shortly before it was read may change again unnoticed, and is read each time', async () => {
  using suite = place();
  assert.ok((await suite.list(Date.now())).isNew);
  assert.ok((await suite.list(Date.now())).isNew);
});

test('a list with a link out of the suite is read each time: what it leads to may change', async () => {
  using suite = place();
  rmSync(join(suite.dir, 'a/run.sh'));
  symlinkSync('/etc/hostname', join(suite.dir, 'a/run.sh'));
  assert.match((await suite.list()).list[0] ?? '', /broken: is a link that leads out/);
  assert.ok((await suite.list()).isNew);
});

test('a damaged note costs time only', async () => {
  using suite = place();
  const { list } = await suite.list();
  const kept = join(process.env.ESPALIER_CACHE ?? '', 'lists');
  for (const name of readdirSync(kept)) writeFileSync(join(kept, name), 'damage');
  assert.deepEqual(await suite.list(), { list, isNew: true });
});

test("Espalier's own code is part of what a list is made of", () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-seen-tree-'));
  try {
    writeFileSync(join(dir, 'rule.ts'), '1');
    const digest = (): string | undefined => {
      const seen = new SeenFiles(Date.now() + later);
      seen.seeTree(dir);
      return seen.note()?.digest;
    };
    const before = digest();
    assert.equal(digest(), before);
    tick(join(dir, 'x'));
    writeFileSync(join(dir, 'rule.ts'), '2');
    assert.notEqual(digest(), before);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
