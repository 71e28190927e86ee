import { EspalierError } from '../../base/errors.ts';
import { commitOf, isAncestor, refuseShallow } from '../../supply/source/commits.ts';
import { buildRecipe } from '../../supply/source/recipes.ts';
import { stateOf } from '../../supply/source/repository.ts';
import { parseSource, type SourceRequest } from '../../supply/source/request.ts';
import { suiteTree } from '../../supply/source/suite-tree.ts';
import type { RawRunOptions } from '../options.ts';
import { type SameBy, sameBy } from './failure.ts';

/** Options of `espalier bisect` as commander gives them. */
export interface RawBisectOptions
  extends Pick<
    RawRunOptions,
    | 'source'
    | 'flavour'
    | 'suite'
    | 'kernel'
    | 'kconfig'
    | 'checkers'
    | 'overlay'
    | 'helpers'
    | 'substrate'
    | 'timeout'
    | 'gap'
    | 'seed'
    | 'output'
  > {
  readonly good?: readonly string[];
  readonly bad?: string;
  readonly suiteOf?: string;
  readonly same: string;
}

/** Which change is searched for, and in what. All commits are full hashes. */
export interface BisectOrder {
  readonly request: SourceRequest;
  readonly good: readonly [string, ...string[]];
  readonly bad: string;
  /** The failure came with a commit after the good ones, or it went with one after the bad one. */
  readonly change: 'came' | 'went';
  /** The commit whose tests are run at all commits; `each`: every commit's own; absent: tests come from elsewhere. */
  readonly suiteOf?: string;
  readonly by: SameBy;
  /** Paths that decide nothing. */
  readonly leftOut: readonly string[];
  /** Options of a run at a commit. */
  readonly at: (commit: string) => RawRunOptions;
}

const linux = 'linux';
const each = 'each';

/** Reads the command line. Throws `usage` for what cannot be searched. */
export async function readOrder(raw: RawBisectOptions): Promise<BisectOrder> {
  const { request, others } = searchedTree(raw.source ?? []);
  const { dir, name, host } = request;
  await refuseShallow(dir);
  await refuseChanges(dir, raw);
  const bad = await commitOf(dir, raw.bad ?? 'HEAD');
  const good = await Promise.all((raw.good ?? []).map((one) => commitOf(dir, one)));
  const [first, ...more] = good;
  if (first === undefined) throw new EspalierError('usage', '--good is missing: a commit at which the test passes');
  const change = await changeBetween(dir, good, bad);
  const recipe = name === linux ? undefined : buildRecipe(name);
  const suite = await suiteOf(raw, { request, recipe, good: first, bad, change });
  const isFixed = suite !== undefined && suite !== each;
  const tests = recipe?.tests;
  const tree = isFixed && tests !== undefined ? await suiteTree({ name, dir, commit: suite }, tests) : raw.suite;
  const prefix = `${host === undefined ? '' : `${host}:`}${name}=${dir}@`;
  return {
    request,
    good: [first, ...more],
    bad,
    change,
    ...(suite !== undefined && { suiteOf: suite }),
    by: parseSame(raw.same),
    // A commit that changes tests alone matters where those are run.
    leftOut: suite === each ? [] : (recipe?.leftOut ?? []),
    at: (commit) => ({
      ...raw,
      source: [...others, `${prefix}${commit}`],
      ...(tree !== undefined && { suite: tree }),
      status: 'all',
      retries: '0',
      repeatEach: '1',
    }),
  };
}

/** The one source without a commit; the others stay as they are. */
function searchedTree(sources: readonly string[]): { request: SourceRequest; others: readonly string[] } {
  const open = sources.filter((one) => parseSource(one).commit === undefined);
  const [searched, second] = open;
  if (searched === undefined || second !== undefined) {
    const what =
      sources.length === 0
        ? 'no tree is named'
        : second === undefined
          ? 'the tree names a commit'
          : 'two trees are named';
    throw new EspalierError('usage', `${what}: one is searched, and its commits are named by --good and --bad`, {
      remedy: 'give one --source NAME=DIR; any other as NAME=DIR@COMMIT',
    });
  }
  return { request: parseSource(searched), others: sources.filter((one) => one !== searched) };
}

/** What lies in the tree is in no commit: a search that began at HEAD would not look at what the person has before them. */
async function refuseChanges(dir: string, { bad }: RawBisectOptions): Promise<void> {
  if (bad !== undefined || !(await stateOf({ name: '', dir })).changed) return;
  throw new EspalierError('usage', 'has changes that are in no commit, and only commits are tried', {
    file: dir,
    remedy: 'commit them; or say that the last commit is meant: --bad HEAD',
  });
}

async function changeBetween(dir: string, good: readonly string[], bad: string): Promise<BisectOrder['change']> {
  if (good.includes(bad)) {
    throw new EspalierError('usage', `--good and --bad are one commit, ${bad.slice(0, 12)}`, { file: dir });
  }
  const newer = await Promise.all(good.map((one) => isAncestor(dir, bad, one)));
  if (!newer.includes(true)) return 'came';
  if (good.length === 1) return 'went';
  throw new EspalierError(
    'usage',
    'the bad commit is older than a good one, so the commit that mended it is searched',
    {
      file: dir,
      remedy: 'give one --good',
    },
  );
}

interface Sides {
  readonly request: SourceRequest;
  readonly recipe: ReturnType<typeof buildRecipe> | undefined;
  readonly good: string;
  readonly bad: string;
  readonly change: BisectOrder['change'];
}

/** Whose tests are run: of the newer side, which has the test, where nothing else is said. */
async function suiteOf(
  raw: RawBisectOptions,
  { request, recipe, good, bad, change }: Sides,
): Promise<string | undefined> {
  if (raw.suite !== undefined || recipe?.tests === undefined || request.host !== undefined) {
    if (raw.suiteOf === undefined) return undefined;
    throw new EspalierError('usage', '--suite-of: the tests are not taken from the tree that is searched');
  }
  const sides: Readonly<Record<string, string>> = { good, bad, each };
  const word = raw.suiteOf ?? (change === 'came' ? 'bad' : 'good');
  return sides[word] ?? (await commitOf(request.dir, word));
}

function parseSame(value: string): SameBy {
  const found = sameBy.find((one) => one === value);
  if (found !== undefined) return found;
  throw new EspalierError('usage', `--same ${value}: one of ${sameBy.join(', ')} is expected`);
}
