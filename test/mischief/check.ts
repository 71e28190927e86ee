/**
 * `npm run mischief -- [--seed N] [--count N] [--jobs N] [--only TEXT] [--suites A,B] [--test SUITE:NAME] [--keep DIR]`: draws tests of all suites; each is run
 * undisturbed, and again with something going wrong in its lab on purpose, at a moment drawn by the seed. The first must be
 * green, the second must not. Exit code 1 when one is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../../src/base/errors.ts';
import { slices } from '../../src/daemons/table.ts';
import { killAllLabs } from '../../src/lab/substrate/lifecycle.ts';
import type { ScenarioEntry } from '../../src/model/scenario.ts';
import type { Suite } from '../../src/model/suite.ts';
import { openSettings, openSuites, openSupply } from '../../src/session/local/open.ts';
import { parseRunOptions } from '../../src/session/options.ts';
import { toolArguments } from '../../tools/arguments.ts';
import { Draw } from './draw.ts';
import { type Deed, type Kind, kinds } from './kinds.ts';
import { type Bench, bootOf, type Ended, tryOnce } from './trial.ts';

const { values } = toolArguments(import.meta.filename, {
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    test: { type: 'string' },
    suites: { type: 'string', default: 'libreswan,strongswan,strongswan-5.9.8,interop,time,certificates' },
  },
});

const wanted = Number(values.count ?? (values.test === undefined ? 60 : 1));
/** Labs that say nothing, with why: not green undisturbed, or green where the deed met nothing. */
const leftOut: string[] = [];
const names = values.test === undefined ? values.suites.split(',') : [values.test.slice(0, values.test.indexOf(':'))];
/** Processes of daemons, as the kernel has their names; strongSwan's starter carries no SA. */
const daemons = slices.flatMap(({ processes }) => processes).filter((name) => name !== 'starter');

/** A test with what went wrong in its lab, and what was said of it. */
interface Line {
  readonly text: string;
  readonly missed: boolean;
}

const work = values.keep ?? mkdtempSync(join(tmpdir(), 'espalier-mischief-'));
process.on('exit', () => {
  killAllLabs();
  if (values.keep === undefined) rmSync(work, { recursive: true, force: true });
});

function told({ verdict: { word, issues } }: Ended): string {
  const [issue] = issues;
  return issue === undefined ? word : `${word}, ${issue.kind}: ${issue.message}`.slice(0, 120);
}

interface Drawn {
  readonly suite: Suite;
  readonly entry: ScenarioEntry;
}

/** Of each suite alike, however long its list is; more than are wanted, since not every test has a place for every mischief. */
async function drawTests(suites: Iterable<Suite>, draw: Draw): Promise<Drawn[]> {
  const drawn: Drawn[] = [];
  for (const suite of suites) {
    const able = (await suite.list()).filter(
      (one) =>
        (values.test === undefined ? one.status === 'good' : values.test === `${suite.name}:${one.name}`) &&
        !one.unsupported &&
        !one.broken,
    );
    drawn.push(
      ...draw
        .shuffled(able)
        .slice(0, wanted)
        .map((entry) => ({ suite, entry })),
    );
  }
  // One test alone has as many places as mischiefs are wanted.
  return values.test === undefined ? draw.shuffled(drawn) : drawn.flatMap((one) => Array<Drawn>(wanted).fill(one));
}

/** Where the deed of the second lab was: labs boot alike, so it is as long behind the boot as in the first. */
function at({ host, moment }: Deed, before: Ended, after: Ended): Pick<Deed, 'host' | 'moment'> {
  return { host, moment: moment + (bootOf(after) - bootOf(before)) };
}

/** Undisturbed first; undefined where the test is not green, or has no place for this. */
async function judge(
  { suite, entry }: Drawn,
  kind: Kind,
  bench: Pick<Bench, 'settings' | 'dir'>,
): Promise<Line | undefined> {
  const trial = { suite, name: entry.name, ...bench };
  const test = `${suite.name}:${entry.name}`;
  const before = await tryOnce(trial);
  const { word } = before.verdict;
  if (word !== 'passed') {
    leftOut.push(`${test}: not green by itself: ${told(before)}`);
    return undefined;
  }
  const scene = { attempt: before.attempt, plan: before.plan, draw: new Draw(`${values.seed} ${test}`), daemons };
  const deed = kind.deed(scene);
  if (deed === undefined) return undefined;
  const after = await tryOnce(trial, { deed, before });
  const missed = after.verdict.word === 'passed';
  const why = missed ? kind.missed?.(after.attempt, at(deed, before, after)) : undefined;
  if (why !== undefined) {
    leftOut.push(`${test}: ${kind.id} (${deed.host}): ${why}`);
    return undefined;
  }
  const about = [deed.host, deed.about].filter(Boolean).join(', ');
  return { missed, text: `${missed ? 'MISSED' : 'seen  '} ${kind.id} (${about}) in ${test}: ${told(after)}` };
}

async function main(): Promise<number> {
  const options = parseRunOptions({ status: 'good', seed: values.seed, retries: '0', repeatEach: '1' });
  const supply = openSupply(options, new AbortController().signal);
  const suites = await openSuites(names, options, supply);
  const settings = await openSettings(names, options, supply);
  const tests = (await drawTests(suites.values(), new Draw(values.seed))).entries();
  const chosen = kinds.filter(({ id }) => id.includes(values.only));
  const waiting = Array.from({ length: wanted }, (_, at) => chosen[at % chosen.length]);
  const lines: Line[] = [];
  const worker = async (): Promise<void> => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
      const next = tests.next();
      if (next.done) return;
      const [number, drawn] = next.value;
      const dir = join(work, String(number));
      const line = await judge(drawn, kind, { settings, dir });
      if (values.keep === undefined) rmSync(dir, { recursive: true, force: true });
      if (line === undefined) {
        waiting.unshift(kind);
        continue;
      }
      lines.push(line);
      process.stdout.write(`${line.text}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  const seen = lines.filter(({ missed }) => !missed).length;
  for (const line of leftOut) process.stdout.write(`left out: ${line}\n`);
  process.stdout.write(`${lines.length} labs undisturbed green; ${seen} of ${lines.length} disturbed not green\n`);
  return seen < wanted ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
