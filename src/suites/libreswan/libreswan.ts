import { join } from 'node:path';
import { EspalierError, Untestable } from '../../base/errors.ts';
import { isFileName } from '../../base/text.ts';
import type { ScenarioEntry, Step } from '../../model/scenario.ts';
import type { LabImage, LoadedScenario, Suite } from '../../model/suite.ts';
import { isKnownPerl, scriptFile, strangePerl } from '../../sanitize/plan-stages.ts';
import { descriptionOf } from '../description.ts';
import { rememberedList } from '../remembered-list.ts';
import { stepsThat } from '../steps-that.ts';
import type { ConsoleStyle } from './consoles.ts';
import type { ConsoleExpectation } from './expectation.ts';
import { type LabInputs, libreswanImage } from './lab-inputs.ts';
import type { GuestLine } from './ordering.ts';
import { type Helpers, planOf } from './plan.ts';
import { rewritesFor } from './received-text.ts';
import { largestScript, openTree, readTest, type TestFiles, type TestingTree } from './test-files.ts';
import { isUnknown, type Parameters, readParameters, sanitizersFor } from './test-params.ts';
import { type ListedTest, parseTestlist } from './testlist.ts';
import { unsupportedBy } from './unsupported.ts';
import { userlandsOf } from './userlands.ts';

export interface LibreswanOptions {
  /** The `testing/` folder. */
  readonly dir: string;
  readonly inputs: () => Promise<LabInputs>;
  /** `libreswan` unless another suite has this format. */
  readonly name?: string;
  /** With `upstream` the suite's own helpers run. */
  readonly helpers?: Helpers;
}

/** What judging needs beside the expectations. */
export interface JudgingInputs {
  /** Name of each step's guest where it is not the host's name, by step index. */
  readonly guests: Readonly<Record<number, string>>;
  /** How the suite's driver writes consoles. */
  readonly console: ConsoleStyle;
  /** It ends sanitized consoles with an empty line. */
  readonly blankEnd: boolean;
  /** Sanitizer scripts by file name. */
  readonly sanitizers: ReadonlyMap<string, Uint8Array>;
  /** Content of the test's `facts.json`: the SAs and policies that hosts have after its commands. */
  readonly facts?: Uint8Array;
}

function describe({ suite }: TestingTree, { dir, files }: TestFiles): string | undefined {
  const file = 'description.txt';
  return files.includes(file) ? descriptionOf(suite.beginning(join(dir, file), largestScript)) : undefined;
}

/** Name of a test's golden facts in its folder. Ours; libreswan's tests have none. */
const factsFile = 'facts.json';

export interface LibreswanScenario extends LoadedScenario {
  readonly format: 'libreswan';
  readonly expectations: readonly ConsoleExpectation[];
  readonly judging: JudgingInputs;
}

/** Opens a `testing/` tree. Throws `usage` if there is none. */
export function openLibreswan(options: LibreswanOptions): Suite<LibreswanScenario> {
  const tree = openTree(options.dir);
  const name = options.name ?? 'libreswan';
  let listed: readonly ListedTest[] | undefined;
  const listTests = (only?: string): ScenarioEntry[] => {
    listed ??= readTestlist(tree);
    const wanted = listed.filter((test) => only === undefined || test.name === only);
    return wanted.map((test) => ({ suite: name, name: test.name, status: test.status, ...look(tree, test.name) }));
  };
  return {
    name,
    list: () => rememberedList({ key: [name, tree.dir], seen: tree.suite.seen, read: async () => listTests() }),
    load: async (test) => {
      const [entry] = listTests(test);
      if (entry === undefined) throw new EspalierError('usage', `${name} has no test ${test}`);
      if (entry.broken !== undefined) throw new EspalierError('scenario', entry.broken);
      return load(tree, entry, options);
    },
  };
}

/** Reads TESTLIST. A mistake in it is the user's to mend, since nobody knows what it means. */
function readTestlist(tree: TestingTree): readonly ListedTest[] {
  const file = join(tree.dir, 'pluto', 'TESTLIST');
  const { tests, problems } = parseTestlist(ownText(tree, file));
  const [problem] = problems;
  if (problem) throw new Untestable(problem.message, { file, line: problem.line });
  return tests;
}

/** Without this file there is no suite. */
function ownText({ suite }: TestingTree, file: string): string {
  try {
    return suite.text(file, largestScript);
  } catch (cause) {
    throw new EspalierError('usage', (cause as Error).message, { file, cause });
  }
}

function look(tree: TestingTree, name: string): Pick<ScenarioEntry, 'hosts' | 'unsupported' | 'broken'> {
  try {
    const test = readTest(tree, name);
    const hosts = hostsOf(test);
    const lines = test.lines.map((line) => line.text);
    const rule = unsupportedBy({ files: test.files, lines, guests: test.guests });
    const parameters = rule ? undefined : parametersOf(tree, test);
    if (parameters && isUnknown(parameters)) {
      const unsupported = `testparams.sh is more than assignments: ${parameters.text}`;
      return { hosts, unsupported, ...brokenBy(tree, test) };
    }
    const unsupported = rule?.reason ?? (parameters && perlOf(tree, hosts, parameters));
    return { hosts, ...(unsupported && { unsupported }), ...brokenBy(tree, test) };
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault !== 'scenario') throw error;
    return { hosts: [], broken: `${error.detail.file ?? name}: ${error.message}` };
  }
}

/** A sanitizer in Perl of which it is not known when it changes nothing. One that is missing is the test's own trouble. */
function perlOf(tree: TestingTree, hosts: readonly string[], parameters: Parameters): string | undefined {
  const names = hosts.flatMap((host) => sanitizersFor(host, parameters)).filter((name) => /\.pl$/.test(name));
  const scripts = readScripts(tree, new Set(names));
  const strange = names.find((name) => {
    const content = scripts.get(name);
    return content !== undefined && !isKnownPerl(content);
  });
  return strange && `a console is sanitized by ${strange.slice(0, 200)}, which ${strangePerl}`;
}

function brokenBy({ machines }: TestingTree, test: TestFiles): { broken: string } | undefined {
  const hosts = hostsOf(test);
  const strange = hosts.find((host) => !machines.has(host));
  if (strange !== undefined) return { broken: `${test.dir}: names the host ${strange}, which no topology has` };
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
  if (twice !== undefined) return { broken: `${test.dir}: two guests share the console of ${twice}` };
  if (hosts.length === 0) return { broken: `${test.dir}: no script names a host` };
  const binary = test.lines.find((line) => line.text.includes('\0'));
  return binary && { broken: `${join(test.dir, binary.script)}:${binary.line}: holds a NUL byte` };
}

function hostsOf(test: TestFiles): string[] {
  return test.guests.map((guest) => guest.host);
}

const defaultsOf = new WeakMap<TestingTree, ReturnType<typeof readParameters>>();

function parametersOf(tree: TestingTree, test: TestFiles): ReturnType<typeof readParameters> {
  const defaults =
    defaultsOf.get(tree) ?? readParameters(tree.suite.text(join(tree.dir, 'default-testparams.sh'), largestScript));
  defaultsOf.set(tree, defaults);
  if (isUnknown(defaults) || !test.files.includes('testparams.sh')) return defaults;
  return readParameters(tree.suite.text(join(test.dir, 'testparams.sh'), largestScript), defaults);
}

async function load(tree: TestingTree, entry: ScenarioEntry, options: LibreswanOptions): Promise<LibreswanScenario> {
  const test = readTest(tree, entry.name);
  const parameters = parametersOf(tree, test);
  const inputs = await options.inputs();
  const images = await imagesOf(test, inputs);
  const steps = test.lines.map(stepOf);
  const expectations = isUnknown(parameters) ? [] : expectationsOf(tree, test, parameters);
  return {
    format: 'libreswan',
    entry,
    plan: planOf({ tree, test, steps, images, inputs, helpers: options.helpers }),
    description: describe(tree, test),
    expectations,
    images: Object.fromEntries([...images].map(([host, { id, sha256 }]) => [host, { id, sha256 }])),
    startsDaemon: stepsThat(daemonStart, steps),
    alsoHas: Object.fromEntries(strongswanHosts(test).map((host) => [host, [libreswanImage]])),
    suite: inputs.identity,
    versions: Object.assign({}, ...[...images.values()].map(({ versions }) => versions)),
    judging: {
      guests: tree.driver.names === 'guest' ? guestNames(test.lines) : {},
      console: tree.driver.console,
      blankEnd: tree.driver.blankEnd,
      sanitizers: readSanitizers(tree, expectations),
      ...(test.files.includes(factsFile) && { facts: tree.suite.read(join(test.dir, factsFile)) }),
    },
  };
}

/** Lines that start a daemon, or wait until it runs. */
const daemonStart =
  /(?:^|[\s/])(?:ipsec (?:re)?start|ipsec pluto\b|start-pluto\b|wait-until-pluto-started|[a-z]+-start\.sh|systemctl (?:re)?start)/;

function stepOf({ guest, text, script, line }: GuestLine): Step {
  const origin = { file: script, line };
  if (guest === undefined) return { kind: 'comment', host: '*', line: text, origin };
  return { kind: text.startsWith('#') ? 'comment' : 'command', host: guest.host, line: text, origin };
}

function guestNames(lines: readonly GuestLine[]): Record<number, string> {
  const others = lines.map((line, index) => [index, line.guest] as const);
  return Object.fromEntries(
    others.flatMap(([i, guest]) => (guest && guest.name !== guest.host ? [[i, guest.name]] : [])),
  );
}

/** On the suite's machines libreswan is installed beside strongSwan: scripts call its `ipsec _kernel` and `ipsec whack` there. */
function strongswanHosts(test: TestFiles): string[] {
  const userlands = userlandsOf(hostsOf(test), test.lines);
  return [...userlands.keys()].filter((host) => userlands.get(host) === 'strongswan');
}

async function imagesOf(test: TestFiles, inputs: LabInputs): Promise<ReadonlyMap<string, LabImage>> {
  const images = new Map<string, LabImage>();
  for (const [host, userland] of userlandsOf(hostsOf(test), test.lines)) {
    images.set(host, userland === 'strongswan' ? await inputs.strongswan() : inputs.image);
  }
  return images;
}

function expectationsOf({ suite }: TestingTree, test: TestFiles, parameters: Parameters): ConsoleExpectation[] {
  const hosts = test.files.includes('all.console.txt') ? ['all'] : hostsOf(test);
  const userlands = userlandsOf(hostsOf(test), test.lines);
  return hosts.map((host) => {
    const file = `${host}.console.txt`;
    const expected = test.files.includes(file) ? suite.read(join(test.dir, file)) : undefined;
    const shown = host === 'all' ? [...userlands.values()] : [userlands.get(host) ?? 'libreswan'];
    const rewrites = rewritesFor(shown);
    return { host, file, sanitizers: sanitizersFor(host, parameters), rewrites, ...(expected && { expected }) };
  });
}

function readSanitizers(tree: TestingTree, expectations: readonly ConsoleExpectation[]): Map<string, Uint8Array> {
  return readScripts(tree, new Set(expectations.flatMap(({ sanitizers }) => sanitizers.map(scriptFile))));
}

/** Those that are there, by file name. */
function readScripts(tree: TestingTree, files: ReadonlySet<string>): Map<string, Uint8Array> {
  const paths = [...files].map((file) => [file, join(tree.dir, 'sanitizers', file)] as const);
  return new Map(
    paths
      .filter(([file, path]) => isFileName(file) && tree.suite.isFile(path))
      .map(([file, path]) => [file, tree.suite.read(path, largestScript)]),
  );
}
