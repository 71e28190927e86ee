import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { settingsFor, withSettings } from '../../lab/attempt.ts';
import { type Lab, startLab } from '../../lab/substrate/lifecycle.ts';
import type { Order } from '../../lab/substrate/substrate.ts';
import { defaultLimits, noLimits } from '../../lab/substrate/watchdog.ts';
import type { LabPlan } from '../../model/scenario.ts';
import { formatNamed } from '../../suites/all.ts';
import { namedSuites } from '../listing.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { wholeNumber } from '../option-values.ts';
import { parseRunOptions, type RawLabOptions } from '../options.ts';
import { parseSelector } from '../select.ts';
import { stepOf } from '../step-of.ts';
import { followLines, followTerminal, keysHelp } from './input.ts';
import { callFunction } from './run-function.ts';
import { ConsoleView } from './view.ts';

/** Options of `espalier shell` as commander gives them. */
export interface RawShellOptions extends RawLabOptions {
  readonly at?: string;
  /** Open the lab of a scenario in TypeScript before its function is called. */
  readonly before?: boolean;
  readonly host?: string;
}

/** The scenario's plan up to a step, to be held there. */
function heldPlan(plan: LabPlan, at: string | undefined): LabPlan {
  const { postMortem: _, ...rest } = plan;
  return {
    ...rest,
    steps: at === undefined ? plan.steps : plan.steps.slice(0, stepOf(at, plan.steps, plan.steps.length)),
  };
}

/** What a shell opens with in place of a prompt. */
export interface ShellProgram {
  /** Debian packages that the images need for it. */
  readonly packages: readonly string[];
  /** With a kernel for a debugger. */
  readonly debug: boolean;
  /** What is typed first. */
  readonly line: string;
  /** Called once the lab runs. */
  started(lab: Lab, kernel: string): Promise<void>;
}

/** `espalier shell`; returns the exit code. */
export async function shellCommand(selector: string, raw: RawShellOptions, program?: ShellProgram): Promise<number> {
  const options = parseRunOptions({ ...raw, status: 'all', retries: '0', repeatEach: '1' });
  const { name } = parseSelector(selector);
  if (name === '*') throw new EspalierError('usage', `${selector}: SUITE:NAME is expected`);
  const signal = interruption();
  const supply = openSupply(options, signal, program);
  const { names, paths } = namedSuites([selector]);
  const wanted = { ...options, paths };
  const opened = await openSuites(names, wanted, supply);
  const [early] = opened.values();
  if (early === undefined) throw new EspalierError('bug', `${selector}: the suite could not be opened`);
  const before = await early.load(name);
  const common = await openSettings(names, options, supply);
  const [suite = early] = (await overSources(opened, { options: wanted, supply, sources: common.sources })).values();
  const loaded = suite === early ? before : await suite.load(name);
  const settings = await settingsFor(loaded, common);
  const { drive } = loaded;
  const at = drive === undefined || raw.at === undefined ? undefined : wholeNumber('--at', raw.at, 0);
  const plan = withSettings(drive === undefined ? heldPlan(loaded.plan, raw.at) : loaded.plan, settings);
  using work = makeWorkFolder('shell');
  const dir = work.path;
  const request = { dir, plan, kernel: settings.kernel.path, seed: settings.seed, hold: true };
  await using lab = await startLab(settings.substrate, request, program === undefined ? defaultLimits : noLimits);
  signal.addEventListener('abort', () => lab.cancel(), { once: true });
  const view = new ConsoleView(join(dir, 'records'), plan);
  const host = firstHost(view, raw.host);
  const { outcome: told = () => 'its function has ended' } = await formatNamed(loaded.format);
  const call = { lab, dir, outcome: told, at };
  const outcome = drive === undefined || raw.before ? undefined : await callFunction({ drive, ...call });
  await program?.started(lab, settings.kernel.path);
  return await converse(lab, view, { host, outcome, line: program?.line });
}

function firstHost({ hosts }: ConsoleView, wanted = hosts[0] ?? ''): string {
  if (hosts.includes(wanted)) return wanted;
  throw new EspalierError('usage', `--host ${wanted}: the hosts are ${hosts.join(', ')}`);
}

/** How a shell opens. */
interface Opening {
  readonly host: string;
  /** What came of the scenario's function. */
  readonly outcome: string | undefined;
  /** What is typed first. */
  readonly line: string | undefined;
}

/** Waits until the steps are run, then lets the person or the pipe type. */
async function converse(lab: Lab, view: ConsoleView, { host, outcome, line }: Opening): Promise<number> {
  const { hosts } = view;
  await lab.send([]);
  if (lab.over) {
    const { end } = await lab.ended;
    throw new EspalierError('guest', `the lab ended before the shell could open: ${end.word} ${end.detail ?? ''}`);
  }
  process.stdout.write(view.transcript());
  if (outcome !== undefined) process.stdout.write(`${outcome}\n`);
  const person = process.stdin.isTTY;
  await lab.send(hosts.map((name) => welcome(name, view, person)));
  if (line !== undefined) await lab.send([{ kind: 'input', host, bytes: Buffer.from(`${line}\n`) }]);
  if (!person) return followLines(lab, view, host);
  say(keysHelp(hosts));
  return followTerminal(lab, view, host);
}

/** Terminals that every Debian image knows. */
const knownTerminals = new Set([
  'linux',
  'screen',
  'screen-256color',
  'tmux',
  'tmux-256color',
  'vt100',
  'xterm-256color',
]);

/**
 * Makes a console one for people. A suite's shell neither echoes nor edits; at a terminal it gets
 * bash's own line editor and a prompt that holds the agent's inside (invisible, but the sign that
 * the clock may stand). Where a command still runs there is nobody to tell: its terminal echoes.
 */
function welcome(host: string, view: ConsoleView, person: boolean): Order {
  if (!person || !view.atPrompt(host)) return { kind: 'interactive', host };
  const wanted = process.env.TERM ?? '';
  const term = knownTerminals.has(wanted) ? wanted : 'xterm';
  const lines = `stty sane; TERM=${term}; set -o emacs; bind 'set enable-bracketed-paste off'`;
  view.editing(host);
  return { kind: 'input', host, bytes: Buffer.from(`${lines}; PS1="\\[$PS1\\][\\u@\\h \\W]# "\n`) };
}
