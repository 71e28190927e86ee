/** What the part behind `#` of an address says. */
export type Route =
  | { readonly page: 'run'; readonly query: Readonly<Record<string, string>> }
  | { readonly page: 'matrix' }
  | { readonly page: 'test'; readonly key: string };

/** Reads `#/test/suite:name`, `#/matrix`, `#?word=major&q=nat`. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  if (text.startsWith('/test/')) return { page: 'test', key: decoded(text.slice(6)) };
  if (text === '/matrix') return { page: 'matrix' };
  return { page: 'run', query: Object.fromEntries(new URLSearchParams(text.replace(/^\/?\??/, ''))) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `suite:name`, as addresses can hold it: names may be anything. */
export function keyOf({ suite, name }: { readonly suite: string; readonly name: string }): string {
  return `${suite}:${name}`.toWellFormed();
}

export function testLink({ suite, name }: { readonly suite: string; readonly name: string }): string {
  return `#/test/${encodeURIComponent(keyOf({ suite, name }))}`;
}

/** Address of the run's page with filters; empty ones are left out. */
export function runLink(query: Readonly<Record<string, string>>): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  return kept.length === 0 ? '#' : `#?${new URLSearchParams(kept)}`;
}
