import type { RunRef } from '../../src/report/page/data-of-runs.ts';

/** What stands behind `?` in an address. */
export type Query = Readonly<Record<string, string>>;

/** What the part behind `#` of an address says. */
export type Route =
  | { readonly page: 'run'; readonly query: Query }
  | { readonly page: 'matrix' | 'coverage' }
  | { readonly page: 'compare'; readonly query: Query }
  | { readonly page: 'test' | 'history' | 'suite'; readonly key: string };

/** Reads `#/test/suite:name`, `#/history/suite:name`, `#/suite/name`, `#/compare?before=RUN`, `#/matrix`, `#/coverage`, `#?word=major&q=nat`. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const [, page, key] = /^\/(test|history|suite)\/(.*)$/s.exec(text) ?? [];
  if (page !== undefined && key !== undefined) return { page: page as 'test' | 'history' | 'suite', key: decoded(key) };
  if (text === '/matrix' || text === '/coverage') return { page: text === '/matrix' ? 'matrix' : 'coverage' };
  const query = Object.fromEntries(new URLSearchParams(text.replace(/^[^?]*\??/, '')));
  return { page: text.startsWith('/compare') ? 'compare' : 'run', query };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What names a test. */
export interface TestName {
  readonly suite: string;
  readonly name: string;
}

/** `suite:name`, as addresses can hold it: names may be anything. */
export function keyOf({ suite, name }: TestName): string {
  return `${suite}:${name}`.toWellFormed();
}

/** Suite and name of a key: suites have no colon in their names. */
export function nameOf(key: string): TestName {
  const colon = key.indexOf(':');
  return { suite: key.slice(0, Math.max(0, colon)), name: key.slice(colon + 1) };
}

export function testLink(test: TestName): string {
  return `#/test/${encodeURIComponent(keyOf(test))}`;
}

export function historyLink(test: TestName): string {
  return `#/history/${encodeURIComponent(keyOf(test))}`;
}

export function suiteLink(suite: string): string {
  return `#/suite/${encodeURIComponent(suite.toWellFormed())}`;
}

export function compareLink(query: Query): string {
  return `#/compare?${new URLSearchParams(query)}`;
}

/** Address of the run's page with filters; empty ones are left out. */
export function runLink(query: Query): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  return kept.length === 0 ? '#' : `#?${new URLSearchParams(kept)}`;
}

/** Folders above or below, and nothing else: data files are no place to take addresses from. */
const folders = /^(?:\.\.\/)*(?:[\w.~!'()*%-]+\/)*(?:index\.html)?$/;

/** Address of a run's own page, of one of its tests with a key; undefined: it has none. */
export function pageOf({ href }: RunRef, key?: string): string | undefined {
  if (href === undefined || !folders.test(href)) return undefined;
  return key === undefined ? href : `${href}#/test/${encodeURIComponent(key.toWellFormed())}`;
}
