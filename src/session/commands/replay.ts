import { join } from 'node:path';
import { readPlainJson } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { interruption } from '../../base/interruption.ts';
import { say, warn } from '../../base/log.ts';
import { visible } from '../../base/visible.ts';
import { type AttemptSettings, settingsFor } from '../../lab/attempt.ts';
import { attemptSchema } from '../../model/attempt.ts';
import { keyOf } from '../../model/scenario.ts';
import type { Suite } from '../../model/suite.ts';
import { issueLines } from '../../report/terminal/summary.ts';
import type { InputDifference } from '../../results/input-differences.ts';
import { compareAttempts, isCutShort } from '../../results/repeats.ts';
import { runsDir } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { repeatIn } from '../../store/run-results.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { replayDifferences, replayOptions, withStoredImages, withStoredKernel } from '../replay-inputs.ts';
import { runAlone } from '../run-alone.ts';
import { createRun } from '../start.ts';
import { type AttemptChoice, findAttempt, refusePruned, type StoredAttempt } from '../stored-attempt.ts';
import { refuseUntrusted } from '../trust.ts';

export interface ReplayOptions extends AttemptChoice {
  readonly force?: boolean;
  readonly trust?: boolean;
}

/** `espalier replay`; returns the exit code: 0 the same bytes, 1 not the same. */
export async function replayCommand(run: string, test: string, options: ReplayOptions): Promise<number> {
  const stored = findAttempt(run, test, options);
  refusePruned(stored, 'espalier run SUITE:NAME --seed N runs it again, with nothing to compare with');
  await refuseUntrusted(stored.folder, options.trust);
  const prepared = await prepare(stored, options.force === true);
  return replay(stored, prepared, runsDir(options.output));
}

interface Prepared {
  readonly options: RunFolder['run']['options'];
  readonly settings: AttemptSettings;
  readonly suite: Suite;
}

/** Opens all that the attempt had, and refuses what is not the same, unless forced. */
async function prepare(stored: StoredAttempt, force: boolean): Promise<Prepared> {
  const { folder, entry, dir } = stored;
  const file = readPlainJson(join(dir, 'attempt.json'), attemptSchema);
  const { seed } = file.inputs;
  if (seed === undefined) throw new EspalierError('usage', `${keyOf(entry)} ran without a seed: nothing repeats it`);
  if (isCutShort(file)) refuse([`the stored attempt was cut short by the wall clock (${file.end.word})`], force);
  const options = replayOptions(folder.run.options, seed);
  const supply = openSupply(options, interruption());
  const opened = await openSuites([entry.suite], options, supply);
  const common = await openSettings([entry.suite], options, supply);
  const suites = await overSources(opened, { options, supply, sources: common.sources });
  const ofToday = suites.get(entry.suite);
  if (ofToday === undefined) throw new EspalierError('bug', `suite ${entry.suite} is not open`);
  const suite = withStoredImages(ofToday, file);
  const loaded = await suite.load(entry.name);
  const wanted = await settingsFor(loaded, common);
  const settings = await withStoredKernel(wanted, file);
  refuse(replayDifferences({ dir, file }, loaded, settings).map(differenceText), force);
  return { options, settings, suite };
}

function differenceText({ what, stored, present, remedy }: InputDifference): string {
  return `another ${what}: the stored attempt had ${stored}, here it is ${present}\n  -> ${remedy}`;
}

/** Each reason stands on lines of its own. */
function refuse(reasons: readonly string[], force: boolean): void {
  if (reasons.length === 0) return;
  if (!force) {
    const remedy = '--force runs it all the same, and says what differs';
    throw new EspalierError('infrastructure', `cannot be replayed\n${reasons.join('\n')}`, { remedy });
  }
  for (const reason of reasons) warn(reason);
}

async function replay(stored: StoredAttempt, { options, settings, suite }: Prepared, runs: string): Promise<number> {
  const { entry, dir } = stored;
  const command = ['espalier', ...process.argv.slice(2)];
  const folder = createRun({ runs, scenarios: [entry], options, command, replayOf: stored.folder.run.id });
  using _lock = await lockRun(folder.dir, 'replay');
  const end = await runAlone(folder, new Map([[entry.suite, suite]]), settings);
  if (end.interrupted) {
    say('stopped on request');
    return 130;
  }
  const attempt = folder.attemptDir({ ...entry, attempt: 0 });
  say(`files: ${shortPath(attempt)}`);
  if (end.trouble) return 2;
  return tell(dir, attempt);
}

/** Says how the bytes of two attempts compare. */
function tell(first: string, second: string): number {
  const repeat = repeatIn(second);
  const difference = compareAttempts(repeatIn(first), repeat, 'all');
  if (difference === undefined) {
    const { attempt, links } = repeat;
    process.stdout.write(`the same bytes: ${attempt.records.records.length} records, ${links().length} captures\n`);
    return 0;
  }
  const lines = issueLines(difference).map((line) => line.replace(/^ {3}/, ''));
  process.stdout.write(`not the same bytes; - stored, + replayed\n${visible(lines.join('\n'))}\n`);
  return 1;
}
