import { dirname, join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { projectDir } from '../base/folders.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { KernelFlavour, Suite } from '../model/suite.ts';
import type { Format } from './format.ts';
import { isPath, scenarioEnding } from './scenarios/find.ts';
import type { ProbeOptions } from './scenarios/probes/probe-lab.ts';
import type { StrongswanVersion } from './strongswan/open.ts';
import type { FormatEntry, OpenOptions, SuiteEntry } from './suite-entry.ts';

const libreswan: FormatEntry = {
  name: 'libreswan',
  load: async () => (await import('./libreswan/format.ts')).libreswanFormat,
};
const scenario: FormatEntry = {
  name: 'scenario',
  load: async () => (await import('./scenarios/format.ts')).scenarioFormat,
};
const strongswan: FormatEntry = {
  name: 'strongswan',
  load: async () => (await import('./strongswan/format.ts')).strongswanFormat,
};

const kernel: FormatEntry = {
  name: 'kernel',
  load: async () => (await import('./kernel/format.ts')).kernelFormat,
};

/** A bundled suite of scenario files: a folder below `scenarios/`. */
const bundled = (name: string, about: string, flavour?: KernelFlavour): SuiteEntry => ({
  name,
  about,
  format: scenario,
  ...(flavour && { flavour }),
  open: async (options) => (await import('./scenarios/open.ts')).openBundledScenarios(name, options),
});

/** strongSwan's own suite: of a Debian suite that has the source, run by the strongSwan of an image. */
const ofStrongswan = ({
  name,
  about,
  ...version
}: Pick<SuiteEntry, 'name' | 'about'> & StrongswanVersion): SuiteEntry => ({
  name,
  about,
  format: strongswan,
  image: version.image,
  open: async (options) => (await import('./strongswan/open.ts')).openStrongswanSuite({ name, ...version }, options),
});

/** All of them: the one table. Paths of scenario files are suites as well. */
export const suites: readonly SuiteEntry[] = [
  {
    name: 'examples',
    about: "three tests in libreswan's format; runs by default",
    format: libreswan,
    open: async (options) => (await import('./libreswan/open.ts')).openBundled(options),
    references: async (test) => (await import('./libreswan/references.ts')).bundledReferences(test),
  },
  bundled('certificates', 'revocation by OCSP: good, revoked, unknown, and no answer'),
  bundled(
    'conformance',
    "the kernel's IPsec against the RFCs: SAs, policies, replay, algorithms, packets made by hand",
  ),
  bundled(
    'concurrency',
    "the kernel's IPsec on several CPUs: tables, rekeys and acquires beside traffic, with a checker of locks",
    'smp',
  ),
  bundled('first', 'the scenario that `espalier init` writes'),
  bundled('interop', 'libreswan, strongSwan and OpenIKED, every one against every other'),
  bundled('reports', 'public bug reports, with what each version deserves'),
  bundled('mesh', '8, 16 and 32 gateways, each with a tunnel to each'),
  bundled(
    'network',
    "the kernel's networking beside IPsec, and under it: transports, tunnels, routing, MPTCP, mobility, HTTP",
  ),
  bundled('time', 'days of lifetimes: rekeys, reauthentication, expiry, steps of the clock'),
  {
    name: 'kernel',
    about: "the kernel's own selftests of networking, from Debian's source, --kernel DIR or --suite",
    format: kernel,
    flavour: 'selftests',
    open: async (options) => (await import('./kernel/open.ts')).openKernelSuite('kernel', options),
  },
  {
    name: 'libreswan',
    about: "libreswan's own suite, from Debian trixie or --suite",
    format: libreswan,
    open: async (options) => (await import('./libreswan/open.ts')).openLibreswanSuite(options),
    references: async (test, tree) => (await import('./libreswan/references.ts')).ownReferences(test, tree),
  },
  ofStrongswan({
    name: 'strongswan',
    about: "strongSwan's own suite, from Debian sid or --suite, with Debian's build",
    debian: 'sid',
    image: 'debian-sid-strongswan-suite',
  }),
  ofStrongswan({
    name: 'strongswan-5.9.8',
    about: "strongSwan's own suite from Debian bookworm, the last release with IKEv1",
    debian: 'bookworm',
    image: 'debian-bookworm-strongswan-suite',
  }),
  ofStrongswan({
    name: 'strongswan-built',
    about: "strongSwan's own suite, with a build that has everything it tests",
    debian: 'sid',
    image: 'debian-trixie-strongswan-built',
  }),
];

export { scenarioEnding };

/** What is meant where nothing is selected; `ofTree` with `--suite`. */
export const unnamed = { suite: 'examples', ofTree: 'libreswan' } as const;

/** True for a suite of the table: what it executes on this machine is Espalier's own. */
export function isTableSuite(name: string): boolean {
  return suites.some((suite) => suite.name === name);
}

/** True for what selectors can name: a suite of the table, or a path, which is looked at when it is opened. */
export function isSuite(name: string): boolean {
  return isTableSuite(name) || isPath(name);
}

/** What a newcomer begins with in a folder, by file name. */
export async function firstFiles(folder: string): Promise<Readonly<Record<string, string>>> {
  return (await import('./scenarios/first-files.ts')).firstFiles(folder);
}

/** What each stack can do: the table of `espalier stacks`. */
export async function probeStacks(options: ProbeOptions): Promise<StackTable> {
  return (await import('./scenarios/probes/probe-lab.ts')).probeStacks(options);
}

/** The kernel flavour that all of some suites need, so that no other one is built for their run. */
export function flavourOf(names: readonly string[]): KernelFlavour {
  const wanted = new Set(names.map((name) => suites.find((suite) => suite.name === name)?.flavour ?? 'standard'));
  const [only, ...others] = wanted;
  return only === undefined || others.length > 0 ? 'standard' : only;
}

/** Recipe of the image that decides which tests of a suite can run; `undefined`: no image does. */
export function imageOf(name: string): string | undefined {
  return suites.find((suite) => suite.name === name)?.image;
}

/** Opens the suite of a name, or the scenario files of a path, under the name that the run gives them. */
export async function openSuite(name: string, options: OpenOptions, path?: string): Promise<Suite> {
  const known = suites.find((suite) => suite.name === name);
  if (known !== undefined) return known.open(options);
  const place = path ?? (isPath(name) ? name : undefined);
  if (place === undefined) throw new EspalierError('bug', `there is no suite ${name}`);
  return (await import('./scenarios/open.ts')).openScenarioPath({ name, path: place }, options);
}

/** Folder that the scenario files of a suite lie below; `path` as for `openSuite`. */
export function scenarioFolder(name: string, path?: string): string {
  const place = path ?? (isTableSuite(name) ? join(projectDir, 'scenarios', name) : name);
  return place.endsWith(scenarioEnding) ? dirname(place) : place;
}

/** The format of a name. Throws for one that this Espalier does not know; `file` says who names it. */
export async function formatNamed(name: string, file?: string): Promise<Format> {
  const formats = new Map(suites.map(({ format }) => [format.name, format]));
  const format = formats.get(name);
  if (format !== undefined) return format.load();
  const known = [...formats.keys()].sort().join(', ');
  throw new EspalierError('infrastructure', `has the format ${name}; this Espalier knows ${known}`, {
    ...(file !== undefined && { file }),
  });
}
