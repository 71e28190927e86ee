import { EspalierError } from '../../base/errors.ts';
import type { Suite } from '../../scenario/suite.ts';
import { openBundled, openLibreswanSuite } from './libreswan-suite.ts';
import { openStrongswanOfBookworm, openStrongswanSuite } from './strongswan-suite.ts';
import type { SuiteWish } from './suite-wish.ts';

/** Suites that selectors can name, and how each is found and opened. */
const suites: ReadonlyMap<string, (wish: SuiteWish) => Promise<Suite>> = new Map([
  ['examples', openBundled],
  ['libreswan', openLibreswanSuite],
  ['strongswan', openStrongswanSuite],
  ['strongswan-5.9.8', openStrongswanOfBookworm],
]);

export const suiteNames: readonly string[] = [...suites.keys()];

/** Opens the suite of a name. */
export async function openSuite(name: string, wish: SuiteWish): Promise<Suite> {
  const open = suites.get(name);
  if (open === undefined) throw new EspalierError('bug', `there is no suite ${name}`);
  return open(wish);
}
