import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say, warn } from '../../base/log.ts';
import type { AttemptSettings } from '../../lab/attempt.ts';
import type { ScenarioEntry } from '../../model/scenario.ts';
import type { Suite } from '../../model/suite.ts';
import { makeReporters } from '../../report/all.ts';
import { runsDir } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { requireTools } from '../../supply/debian/machine-tools.ts';
import { standardOutput } from '../commands/run.ts';
import { finishSession } from '../finish.ts';
import { selectScenarios } from '../listing.ts';
import { LocalExecutor } from '../local/executor.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { wholeNumber } from '../option-values.ts';
import { parseRunOptions, type RawLabOptions } from '../options.ts';
import { parseSelection } from '../selected.ts';
import { runSession } from '../session.ts';
import { createRun } from '../start.ts';
import { stepOf } from '../step-of.ts';
import type { GdbWishes } from './arguments.ts';
import { refuseRunningClock } from './clock.ts';
import { debugDaemon } from './daemon.ts';
import { KernelDebugger } from './kernel-debugger.ts';

/** Options of `espalier gdb` as commander gives them. */
export interface RawGdbOptions extends RawLabOptions {
  readonly at?: string;
  readonly break?: readonly string[];
  readonly command?: readonly string[];
  readonly ex?: readonly string[];
  readonly batch?: boolean;
  readonly host?: string;
  readonly daemon?: string;
  readonly both?: boolean;
  readonly output?: string;
}

/** `espalier gdb`: runs one test with a debugger at its kernel, or opens one at a daemon of a host; returns the exit code. */
export async function gdbCommand(selector: string, raw: RawGdbOptions): Promise<number> {
  if (raw.daemon !== undefined) return debugDaemon(selector, raw, ofDaemon(raw, raw.daemon));
  const alone = raw.host !== undefined ? '--host' : raw.both ? '--both' : undefined;
  if (alone !== undefined) throw new EspalierError('usage', `${alone} needs --daemon NAME: one kernel holds all hosts`);
  requireTools('debugger');
  const wishes = wishesOf(raw);
  const runs = runsDir(raw.output);
  const run = { ...raw, status: 'all', retries: '0', repeatEach: '1' };
  const { selection, names, paths } = await parseSelection([selector], run, runs);
  const options = { ...parseRunOptions(run), ...(Object.keys(paths).length > 0 && { paths }) };
  const supply = openSupply(options, interruption(), { debug: true });
  const opened = await openSuites(names, options, supply);
  const scenarios = await selectScenarios(opened.values(), selection);
  const entry = onlyOne(selector, scenarios);
  const at = await stepFor(entry, opened, raw.at ?? '0');
  const settings = await openSettings(names, options, supply);
  const suites = await overSources(opened, { options, supply, sources: settings.sources });
  const folder = createRun({ runs, scenarios, options, command: ['espalier', ...process.argv.slice(2)] });
  const looking = new KernelDebugger(at, wishes);
  const code = await runFolder({ folder, runs, suites, settings: { ...settings, debug: looking } });
  for (const reason of looking.failures) warn(reason);
  return looking.failures.length > 0 ? 2 : code;
}

/** Refuses what only a debugger of the kernel can do. */
function ofDaemon({ break: breaks, command, ex, batch, output, both }: RawGdbOptions, daemon: string) {
  const given = Object.entries({ break: breaks, command, ex, batch, output }).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw new EspalierError('usage', `--${given[0]} is for the kernel, and --daemon opens gdb on a host`, {
      remedy: 'type the commands there, or send them through a pipe',
    });
  }
  return { daemon, both: both === true };
}

/** What gdb is to do. Without a person to type there must be something. */
function wishesOf({ break: breaks = [], command: files = [], ex: commands = [], batch }: RawGdbOptions): GdbWishes {
  const person = process.stdin.isTTY === true && process.stdout.isTTY === true && batch !== true;
  if (!person && files.length === 0 && commands.length === 0) {
    throw new EspalierError('usage', 'without a terminal the debugger needs commands', {
      remedy: "give --command FILE, or --ex 'bt' --ex 'continue'",
    });
  }
  return { breaks, files, commands, batch: !person };
}

function onlyOne(selector: string, scenarios: readonly ScenarioEntry[]): ScenarioEntry {
  const [entry, other] = scenarios;
  if (entry === undefined || other !== undefined) {
    throw new EspalierError('usage', `${selector}: a debugger looks into one test, these are ${scenarios.length}`);
  }
  return entry;
}

/** The number of the step that `--at` means. */
async function stepFor(
  { suite, name }: ScenarioEntry,
  suites: ReadonlyMap<string, Suite>,
  at: string,
): Promise<number> {
  const loaded = await suites.get(suite)?.load(name);
  if (loaded === undefined) throw new EspalierError('bug', `suite ${suite} is not open`);
  const { drive, plan } = loaded;
  refuseRunningClock(`${suite}:${name}`, plan);
  return drive === undefined ? stepOf(at, plan.steps, plan.steps.length - 1) : wholeNumber('--at', at, 0);
}

interface Running {
  readonly folder: RunFolder;
  readonly runs: string;
  readonly suites: ReadonlyMap<string, Suite>;
  readonly settings: AttemptSettings;
}

async function runFolder({ folder, runs, suites, settings }: Running): Promise<number> {
  using _lock = await lockRun(folder.dir, 'run');
  const reporters = makeReporters(['list'], standardOutput());
  using executor = new LocalExecutor({ folder, suites, settings, slots: 1 });
  const signal = interruption();
  const end = await runSession({ folder, executor, judges: 1, durations: new Map(), reporters, signal });
  if (end.interrupted) say('stopped on request');
  return finishSession({ folder, runs, end, reporters });
}
