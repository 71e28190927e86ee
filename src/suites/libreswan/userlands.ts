import type { GuestLine } from './ordering.ts';

/** What a host runs: its image follows from that, and some adaptations. */
export type Userland = 'libreswan' | 'strongswan';

/** Lines that say so. Scripts that all hosts run ask `if` a daemon is there first, and do not count. */
const strongswanLine = /\bswan-prep\b.*\s--userland[ =]strongswan\b|\bstrongswan-start\.sh\b|^(?:strongswan|swanctl)\s/;

/** The userland of each host of a test, by what is typed there. */
export function userlandsOf(hosts: readonly string[], lines: readonly GuestLine[]): ReadonlyMap<string, Userland> {
  const strongswan = new Set(lines.map(({ guest, text }) => (strongswanLine.test(text) ? guest?.host : undefined)));
  return new Map(hosts.map((host) => [host, strongswan.has(host) ? 'strongswan' : 'libreswan']));
}
