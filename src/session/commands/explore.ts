import { join } from 'node:path';
import { realRoot } from '../../base/door/handle.ts';
import { makeFolder, writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { commandName } from '../../base/form.ts';
import { interruption } from '../../base/interruption.ts';
import { setStatus } from '../../base/log.ts';
import { visible } from '../../base/visible.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { labsAtOnce } from '../../lab/machine.ts';
import type { FaultedLab, FaultPlan } from '../../model/faults.ts';
import { keyOf, type ScenarioEntry } from '../../model/scenario.ts';
import type { TunnelProbes } from '../../model/suite.ts';
import { type FaultKind, faultKinds, planText, rulesOf } from '../../results/explore/plans.ts';
import { runsDir } from '../../store/layout.ts';
import { labRunner } from '../explore/lab-runner.ts';
import { type AskedTunnels, explorationLines, isThorough } from '../explore/lines.ts';
import { type Exploration, explore, type Failure } from '../explore/search.ts';
import { selectScenarios } from '../listing.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { usage, wholeNumber } from '../option-values.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { parseSelection } from '../selected.ts';

/**
 * Virtual ns that a command may take at least. An initiation whose message is lost ends when the daemon gives it up, and charon does so after 165 s.
 */
const leastDeadline = 600_000_000_000n;

/** Virtual ns within which tunnels have to carry traffic when a scenario is over. */
const trafficWithin = 180_000_000_000n;

/** Options as they were typed. */
export interface RawExploreOptions
  extends Pick<
    RawRunOptions,
    'substrate' | 'kernel' | 'suite' | 'overlay' | 'source' | 'flavour' | 'timeout' | 'gap' | 'jobs' | 'seed' | 'trust'
  > {
  readonly budget: string;
  readonly kinds?: string;
  readonly pairs: boolean;
  readonly out: string;
}

/** `espalier explore`; returns the exit code: 0 every single fault was tried and nothing was found, 1 something was, 2 neither. */
export async function exploreCommand(test: string, raw: RawExploreOptions): Promise<number> {
  const wanted = { ...raw, status: 'all', retries: '0', repeatEach: '1' };
  const { selection, names, paths } = await parseSelection([test], wanted, runsDir(undefined));
  const options = { ...parseRunOptions(wanted), ...(Object.keys(paths).length > 0 && { paths }) };
  if (options.seed === undefined) throw usage('--seed', 'none', 'a seed: without one no plan can be repeated');
  const [kinds, budgetMs] = [kindsOf(raw.kinds), milliseconds(raw.budget)];
  const supply = openSupply(options, interruption());
  const opened = await openSuites(names, options, supply);
  const entry = onlyOne(await selectScenarios(opened.values(), selection));
  const given = await openSettings(names, options, supply);
  const suite = (await overSources(opened, { options, supply, sources: given.sources })).get(entry.suite);
  if (suite === undefined) throw new EspalierError('bug', `suite ${entry.suite} is not open`);
  const { plan, tunnels } = await suite.load(entry.name);
  const settings = { ...given, deadline: given.deadline ?? longer(plan.timing.deadline, leastDeadline) };
  using work = makeWorkFolder('explore');
  const lab = { settings, traffic: trafficWithin, signal: interruption(), folder: realRoot(work.path) };
  let started = performance.now();
  const found = await explore({
    run: labRunner({ suite, name: entry.name, ...lab }),
    ...{ kinds, pairs: raw.pairs, traffic: tunnels !== undefined },
    slots: labsAtOnce(raw.jobs === undefined ? undefined : wholeNumber('--jobs', raw.jobs, 1)),
    begin: () => {
      started = performance.now();
    },
    over: () => performance.now() - started > budgetMs || interruption().aborted,
    progress: (done, of) => {
      if (process.stderr.isTTY) setStatus(`explore: ${done} of ${of}`);
    },
  });
  setStatus('');
  process.stdout.write(visible(`${keyOf(entry)}\n${explorationLines(found, askedTunnels(tunnels)).join('\n')}\n`));
  const deadline = String(settings.deadline);
  const made = { deadline, ...(found.traffic === true && { traffic: String(trafficWithin) }) };
  writePlans(found, { entry, seed: options.seed, dir: raw.out, test, lab: made });
  if (found.failures.length > 0) return 1;
  return isThorough(found) ? 0 : 2;
}

function longer(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function askedTunnels(tunnels: TunnelProbes | undefined): AskedTunnels | undefined {
  if (tunnels === undefined || tunnels.asked.length + tunnels.unasked.length === 0) return undefined;
  return {
    asked: tunnels.asked.map(({ name, from, to }) => `${name} from ${from.address} to ${to.address}`),
    unasked: tunnels.unasked.map(({ name, why }) => `${name}, ${why}`),
  };
}

function onlyOne(entries: readonly ScenarioEntry[]): ScenarioEntry {
  const [entry, ...others] = entries;
  const why = entry?.unsupported ?? entry?.broken;
  if (entry !== undefined && others.length === 0 && why === undefined) return entry;
  if (entry !== undefined && others.length === 0)
    throw new EspalierError('usage', `${keyOf(entry)} cannot run: ${why}`);
  const some = entries.slice(0, 3).map(keyOf).join(', ');
  throw new EspalierError('usage', `one test is explored at a time, and ${entries.length} match: ${some}, …`, {
    remedy: 'name one: SUITE:NAME',
  });
}

function kindsOf(text: string | undefined): FaultKind[] {
  const known = Object.keys(faultKinds) as FaultKind[];
  const named = text?.split(',') ?? known;
  const unknown = named.find((name) => !known.includes(name as FaultKind));
  if (unknown !== undefined) throw usage('--kinds', unknown, known.join(', '));
  return known.filter((kind) => named.includes(kind));
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const size = units[unit];
  if (number === undefined || size === undefined) throw usage('--budget', text, 'a time such as 90s, 10m, 2h');
  return Number(number) * size;
}

interface Where {
  readonly entry: ScenarioEntry;
  readonly seed: string;
  readonly dir: string;
  /** As it was typed. */
  readonly test: string;
  readonly lab: FaultedLab;
}

/** A file for each failure, with the line that repeats it. */
function writePlans({ failures }: Exploration, where: Where): void {
  for (const [at, failure] of failures.entries()) {
    makeFolder(where.dir);
    const file = join(realRoot(where.dir), `${where.entry.name.replace(/[^A-Za-z0-9]+/g, '-')}.${at + 1}.faults.json`);
    writePlain(file, `${JSON.stringify(planFile(failure, where), undefined, 1)}\n`);
    const seed = where.seed === '1' ? '' : ` --seed ${where.seed}`;
    process.stdout.write(
      visible(`${at === 0 ? '\n' : ''}${commandName} run '${where.test}' --faults ${shortPath(file)}${seed}\n`),
    );
  }
}

function planFile({ shortest: { plan, verdict } }: Failure, { entry, seed, lab }: Where): FaultPlan {
  const about = [planText(plan), ...verdict.issues.map(({ kind, message }) => `${kind}: ${message}`)];
  return { version: 1, test: keyOf(entry), seed, about, rules: rulesOf(plan), lab };
}
