import { EspalierError } from '../base/errors.ts';
import type { Suite } from '../model/suite.ts';
import { table } from '../report/terminal/text-table.ts';
import { openBundled, openLibreswanSuite } from './libreswan/open.ts';
import { isPath } from './scenarios/find.ts';
import { openBundledScenarios, openScenarioPath } from './scenarios/open.ts';
import { strongswanSuites } from './strongswan/open.ts';
import type { KnownSuite, SuiteWish } from './suite-wish.ts';

const bundled = (name: string, about: string): KnownSuite => ({
  name,
  about,
  open: (wish) => openBundledScenarios(name, wish),
});

/** All of them. Paths of scenario files are suites as well. */
export const suites: readonly KnownSuite[] = [
  { name: 'examples', about: "three tests in libreswan's format: what runs where none is named", open: openBundled },
  bundled('certificates', 'revocation by OCSP: good, revoked, unknown, and no answer'),
  bundled('first', 'the scenario that `espalier init` writes'),
  bundled('interop', 'libreswan, strongSwan and OpenIKED, each against each'),
  bundled('time', 'days of lifetimes: rekeys, reauthentication, expiry, steps of the clock'),
  { name: 'libreswan', about: "libreswan's own suite, of Debian trixie or --suite", open: openLibreswanSuite },
  ...strongswanSuites,
];

/** Opens the suite of a name, or the scenario files of a path. */
export async function openSuite(name: string, wish: SuiteWish): Promise<Suite> {
  const known = suites.find((suite) => suite.name === name);
  if (known !== undefined) return known.open(wish);
  if (isPath(name)) return openScenarioPath(name, wish);
  throw new EspalierError('bug', `there is no suite ${name}`);
}

/** What `espalier list` says where no suite is named. */
export function suitesText(): string {
  const lines = table(suites.map(({ name, about }) => [name, about]));
  return `${lines.join('\n')}\n\nespalier list SUITE shows its scenarios; a folder of scenario files is a suite as well.\n`;
}
