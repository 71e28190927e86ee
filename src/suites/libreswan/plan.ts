import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { codeFile } from '../../base/form.ts';
import type { LabPlan, PlacedFile, Step } from '../../model/scenario.ts';
import type { LabImage } from '../../model/suite.ts';
import { labMemory } from '../../supply/kernel/lab-memory.ts';
import { adaptations, type GuestFile } from './adaptations.ts';
import type { LabInputs } from './lab-inputs.ts';
import { largestScript, type TestFiles, type TestingTree } from './test-files.ts';
import { topologyOf } from './topology.ts';
import { type Userland, userlandsOf } from './userlands.ts';

/** Whose helpers run: Espalier's in place of those that they were written for, or all of the suite's own. */
export type Helpers = 'ours' | 'upstream';

const second = 1_000_000_000n;

/** References were made with pauses between commands, by machines long up; certificates are made for the date. */
const timing = {
  start: BigInt(Date.UTC(2025, 5, 15, 12)) * 1_000_000n,
  warmup: 60n * second,
  gap: second / 10n,
  deadline: 120n * second,
};

/** What the plan of a test is made from. */
export interface PlanInputs {
  readonly tree: TestingTree;
  readonly test: TestFiles;
  readonly steps: readonly Step[];
  readonly images: ReadonlyMap<string, LabImage>;
  readonly inputs: LabInputs;
  readonly helpers?: Helpers | undefined;
}

/** The lab of a test. */
export function planOf({ tree, test, steps, images, inputs, helpers = 'ours' }: PlanInputs): LabPlan {
  const hosts = test.guests.map(({ host }) => host);
  const cwd = `/testing/pluto/${test.dir.slice(test.dir.lastIndexOf('/') + 1)}`;
  return {
    topology: topologyOf(hosts, tree.machines),
    images: Object.fromEntries([...images].map(([host, { path }]) => [host, path])),
    sharedTrees: [{ path: '/testing', layers: inputs.testing }],
    readsOfOthers: readsOfOthers(steps),
    ...common,
    files: [...placedFiles(tree, helpers, userlandsOf(hosts, test.lines)), folder(`${cwd}/OUTPUT`, 0o777)],
    cwd,
    steps,
    postMortem: '../../guestbin/post-mortem.sh',
    collect: [`${cwd}/OUTPUT`],
    fallbackTunnels: makesTunnels(tree, test),
  };
}

/** What a line names in the folder of the test's results, which all hosts write to. */
const resultFiles = /\bOUTPUT\/([^\s'"|;&<>]{1,200})/g;
/** A host's own file, by its name. */
const ownFile = /hostname|\$/;

/** Whether hosts may read what others wrote: all files of a pattern, or one that several hosts name. */
export function readsOfOthers(steps: readonly Pick<Step, 'host' | 'line'>[]): boolean {
  const named = steps.flatMap(({ host, line }) =>
    [...line.matchAll(resultFiles)].map(([, file = '']) => ({ host, file })).filter(({ file }) => !ownFile.test(file)),
  );
  const isPattern = named.some(({ file }) => /[*?[]/.test(file));
  return isPattern || named.some(({ host, file }) => named.some((other) => other.file === file && other.host !== host));
}

function folder(path: string, mode: number): PlacedFile {
  return { host: '*', path: `${path}/`, mode, content: new Uint8Array() };
}

/** Where these machines stood, the first `ip tunnel` loaded a module that made the fallback devices. */
const tunnelMakers = /\bip(\.sh)?( -\S{1,20}){0,9} tunnel\b|\bvti-interface[ \t]{0,99}=/;

function makesTunnels({ suite }: TestingTree, { dir, files, lines }: TestFiles): boolean {
  if (lines.some(({ text }) => tunnelMakers.test(text))) return true;
  const conf = files.filter((name) => name.endsWith('.conf'));
  return conf.some((name) => tunnelMakers.test(suite.text(join(dir, name), largestScript)));
}

/** What all plans have in common. */
const common: Pick<LabPlan, 'shellSetup' | 'timing' | 'memory'> = {
  shellSetup: adaptations.flatMap((one) => (one.kind === 'host-setup' ? [one.line] : [])),
  timing,
  memory: labMemory,
};

/** What the plan of a lab that makes something for tests has in common with theirs. */
export function baseOfPlans(tree: TestingTree): Pick<LabPlan, 'files' | 'shellSetup' | 'timing' | 'memory'> {
  return { ...common, files: placedFiles(tree, 'ours') };
}

function placedFiles(
  tree: TestingTree,
  helpers: Helpers,
  userlands: ReadonlyMap<string, Userland> = new Map(),
): PlacedFile[] {
  return adaptations.flatMap((one): PlacedFile[] => {
    if (one.kind === 'guest-folders') return one.paths.map((path) => folder(path, 0o755));
    if (one.kind !== 'guest-file') return [];
    const source = sourceOf(one, tree, helpers);
    if (source === undefined) return [];
    const content = readFileSync(codeFile(`suites/libreswan/guest/${source}`));
    const hosts = one.userland ? [...userlands.keys()].filter((host) => userlands.get(host) === one.userland) : ['*'];
    return hosts.map((host) => ({ host, path: one.path, mode: one.mode, content }));
  });
}

/** The file of ours that is placed; `undefined`: none, since the suite's own helper runs. */
function sourceOf({ source, standsFor }: GuestFile, { dir, suite }: TestingTree, helpers: Helpers): string | undefined {
  if (standsFor === undefined) return source;
  const own = join(dir, standsFor.helper);
  if (helpers === 'upstream' || !suite.isFile(own)) return undefined;
  const hash = sha256(suite.read(own));
  return standsFor.generations.find((one) => one.sha256 === hash)?.source;
}

/** The suite's helpers that run in this tree although Espalier has replacements: those were written for other versions of them. */
export function unknownHelpers(tree: TestingTree): string[] {
  return adaptations.flatMap((one) => {
    if (one.kind !== 'guest-file' || one.standsFor === undefined) return [];
    if (!tree.suite.isFile(join(tree.dir, one.standsFor.helper))) return [];
    return sourceOf(one, tree, 'ours') === undefined ? [one.standsFor.helper] : [];
  });
}
