import { readFileSync } from 'node:fs';
import { EspalierError } from '../../base/errors.ts';
import { codeFile } from '../../base/form.ts';
import type { SuiteIdentity } from '../../model/attempt.ts';
import type { LabPlan, PlacedFile, ScenarioEntry } from '../../model/scenario.ts';
import type { LabImage, LoadedScenario, Suite } from '../../model/suite.ts';
import { labMemory } from '../../supply/kernel/lab-memory.ts';
import { rememberedList } from '../remembered-list.ts';
import { stepsThat } from '../steps-that.ts';
import { SuiteFiles } from '../suite-files.ts';
import { adaptations, adaptationsFor } from './adaptations.ts';
import { type CommandOrder, commandOrder } from './command-order.ts';
import { vacuity } from './dat-lines.ts';
import { servicesFor } from './services.ts';
import { largestText, readOverlayFile, readTest, type TestFiles, testNames } from './test-files.ts';
import { knownHosts, testBed } from './topology.ts';
import { pluginsOf, unsupportedBy } from './unsupported.ts';

/** What a lab for this suite is made from; asked for when the first scenario is loaded. */
export interface StrongswanInputs {
  readonly image: LabImage;
  /** The `testing/` folder with the certificates that its own script made. */
  readonly dir: string;
  /** Image files laid over each host's image, uppermost first: what makes it that host. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** The suite with what was made for it. */
  readonly identity: SuiteIdentity;
}

export interface StrongswanOptions {
  readonly name: string;
  /** Code name of the Debian suite whose strongSwan runs. */
  readonly debian: string;
  /** What the image has that tests ask for (`images/features.json`). */
  readonly features: ReadonlySet<string>;
  /** The `testing/` folder. */
  readonly dir: string;
  readonly inputs: () => Promise<StrongswanInputs>;
}

export interface StrongswanScenario extends LoadedScenario {
  readonly format: 'strongswan';
  readonly judging: LoadedScenario['judging'] & Pick<CommandOrder, 'checks'>;
}

const second = 1_000_000_000n;

/** ssh takes some time for each command where the suite was written. */
export const timing = {
  // Certificates that one test brings along end in August 2026.
  start: BigInt(Date.UTC(2026, 5, 15, 12)) * 1_000_000n,
  warmup: 60n * second,
  gap: second / 20n,
  deadline: 120n * second,
};

/** Opens a `testing/` tree of strongSwan. */
export function openStrongswan(options: StrongswanOptions): Suite<StrongswanScenario> {
  const { name: suite, inputs } = options;
  const files = new SuiteFiles(options.dir);
  const key = [suite, options.dir, options.debian, ...[...options.features].sort()];
  const listTests = (): ScenarioEntry[] =>
    testNames(files).map(({ name, broken }) =>
      broken === undefined ? entryOf(name, files, options) : { suite, name, status: 'good', hosts: [], broken },
    );
  return {
    name: suite,
    list: () => rememberedList({ key, seen: files.seen, read: async () => listTests() }),
    load: async (name) => {
      const entry = entryOf(name, files, options);
      if (entry.broken !== undefined) throw new EspalierError('scenario', entry.broken);
      return load(entry, await inputs(), options.features);
    },
  };
}

function entryOf(name: string, files: SuiteFiles, options: StrongswanOptions): ScenarioEntry {
  const entry = { suite: options.name, name, status: 'good', hosts: knownHosts };
  try {
    const test = readTest(files, name);
    const unsupported = reasonAgainst(test, configurationsOf(files, test), options);
    const warnings = warningsOf(test);
    return { ...entry, ...(unsupported && { unsupported }), ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault !== 'scenario') throw error;
    return { ...entry, hosts: [], broken: `${error.detail.file ?? name}: ${error.message}` };
  }
}

type Userland = Pick<StrongswanOptions, 'debian' | 'features'>;

function reasonAgainst(
  test: TestFiles,
  configurations: readonly string[],
  { debian, features }: Userland,
): string | undefined {
  const { conf, pretest, evaltest, posttest } = test;
  if ('strange' in conf) return `test.conf is more than assignments: ${conf.strange}`;
  const commands = commandsOf(test);
  const rule = unsupportedBy({ debian, features, commands, configurations });
  if (rule !== undefined) return rule.reason;
  for (const [file, { refused }] of Object.entries({ pretest, evaltest, posttest })) {
    const [first] = refused;
    if (first) return `${file}.dat:${first.line} wants more of the driver’s shell than is known: ${first.reason}`;
  }
  const [lost] = evaltest.lost;
  return lost && `evaltest.dat:${lost.line}: ${lost.reason}`;
}

function commandsOf({ pretest, evaltest, posttest }: TestFiles): string[] {
  return [pretest, evaltest, posttest].flatMap(({ lines }) => lines.map(({ remote }) => remote));
}

/** Contents of what strongSwan's programs are configured by. */
function configurationsOf(suite: SuiteFiles, { overlay }: TestFiles): string[] {
  const files = overlay.filter(({ path }) => /\/(?:strongswan|swanctl|ipsec)\.conf$/.test(path));
  return files.map(({ source }) => suite.read(source, largestText).toString('latin1'));
}

/** Checks that cannot fail, and lines that do nothing. */
function warningsOf({ pretest, evaltest, posttest }: TestFiles): string[] {
  const lost = Object.entries({ pretest, posttest }).flatMap(([file, dat]) =>
    dat.lost.map(({ line, reason }) => `${file}.dat:${line}: does nothing: ${reason}`),
  );
  const vacuous = evaltest.lines.flatMap((check) => {
    const why = vacuity(check);
    return why === undefined ? [] : [`evaltest.dat:${check.line}: ${why}`];
  });
  return [...lost, ...vacuous];
}

/** Lines that start a daemon, or wait until it has its connections. */
const daemonStart = /\b(?:ipsec|systemctl) (?:re)?start\b|\bexpect-connection\b/;

function load(
  entry: ScenarioEntry,
  { image, dir, layers, identity }: StrongswanInputs,
  features: ReadonlySet<string>,
): StrongswanScenario {
  const suite = new SuiteFiles(dir);
  const test = readTest(suite, entry.name);
  const { conf } = test;
  if ('strange' in conf) throw new EspalierError('scenario', `test.conf is more than assignments: ${conf.strange}`);
  const commands = commandsOf(test);
  const plugins = new Set(configurationsOf(suite, test).flatMap(pluginsOf));
  const services = servicesFor({ plugins, commands });
  const { steps, checks } = commandOrder({ ...test, conf, services });
  const { id, sha256 } = image;
  return {
    format: 'strongswan',
    entry,
    description: test.description,
    plan: {
      ...planBase(image, features),
      overlays: layers,
      files: [...placedFiles(features), ...overlayFiles(suite, test)],
      steps,
      // Where the suite was written, the first of these loads a module that makes the fallback devices.
      fallbackTunnels: commands.some((line) => /\bip tunnel\b/.test(line)),
    },
    startsDaemon: stepsThat(daemonStart, steps),
    images: Object.fromEntries(knownHosts.map((host) => [host, { id, sha256 }])),
    suite: identity,
    versions: image.versions,
    ...(plugins.has('kernel-pfkey') && { flavour: 'netkey' }),
    judging: { checks },
  };
}

/** What the plans of all tests have in common. */
function planBase(image: Pick<LabImage, 'path'>, features: ReadonlySet<string>): Omit<LabPlan, 'files' | 'steps'> {
  return {
    topology: testBed(),
    images: Object.fromEntries(knownHosts.map((host) => [host, image.path])),
    sharedTrees: [],
    cwd: '/root',
    shellSetup: adaptationsFor(features).flatMap((one) => (one.kind === 'host-setup' ? [one.line] : [])),
    timing,
    collect: ['/var/log/daemon.log', '/var/log/auth.log'],
    memory: labMemory,
  };
}

function placedFiles(features: ReadonlySet<string>): PlacedFile[] {
  return adaptationsFor(features).flatMap((one): PlacedFile[] => {
    if (one.kind === 'guest-folders') return Object.entries(one.modes).map(([path, mode]) => folder(path, mode));
    if (one.kind !== 'guest-file') return [];
    const content = readFileSync(codeFile(`suites/strongswan/guest/${one.source}`));
    return [{ host: '*', path: one.path, mode: one.mode, content }];
  });
}

function folder(path: string, mode: number): PlacedFile {
  return { host: '*', path: `${path}/`, mode, content: new Uint8Array() };
}

/** Bytes of all files that a test lays over; the largest real test has less than one million. */
const mostOverlaid = 64 * 1024 * 1024;

function overlayFiles(suite: SuiteFiles, { dir, overlay }: TestFiles): PlacedFile[] {
  let left = mostOverlaid;
  return overlay.map((file) => {
    const read = readOverlayFile(suite, file);
    left -= read.content.length;
    if (left < 0) throw new EspalierError('scenario', `brings more than ${mostOverlaid} bytes`, { file: dir });
    return { host: file.host, path: throughLinks(file.path), ...read };
  });
}

function throughLinks(path: string): string {
  for (const one of adaptations) if (one.kind === 'written-through' && one.path === path) return one.target;
  return path;
}
