import { excerptOf } from '../base/text.ts';
import type { End } from './connection.ts';
import { addressFamily, parseNetwork } from './network.ts';
import { type Found, problem, problemsOfWord } from './problems.ts';

/** What is wrong with the addresses that an end requests or assigns, and with its XAUTH. */
export function problemsOfConfiguration(one: End, other: End, place: string): Found {
  return [problemsOfRequests(one, other, place), problemsOfAssignment(one, other, place), problemsOfUser(one, place)];
}

function problemsOfRequests({ requests, selectors, start }: End, other: End, place: string): Found {
  if (requests === undefined) return [];
  const strange = requests.find((kind) => kind !== 'ipv4' && kind !== 'ipv6');
  return [
    strange !== undefined && problem(`${place}.requests`, `${excerptOf(strange)} is neither "ipv4" nor "ipv6"`),
    requests.length === 0 && problem(`${place}.requests`, 'must name a family'),
    selectors !== undefined && problem(`${place}.selectors`, 'must be left out: they are the addresses that it gets'),
    start === 'trap' && problem(`${place}.start`, 'is "trap", and before it has an address no packet matches'),
    other.requests !== undefined && problem(`${place}.requests`, 'is at both ends'),
    other.start !== undefined &&
      other.start !== 'none' &&
      problem(`${place}.requests`, 'is of the end that initiates, and the other one has a `start`'),
  ];
}

function problemsOfAssignment({ assigns }: End, other: End, place: string): Found {
  if (assigns === undefined) return [];
  const { pools, dns = [] } = assigns;
  const families = pools.map((pool) => (pool.includes(':') ? 'ipv6' : 'ipv4'));
  return [
    pools.length === 0 && problem(`${place}.assigns.pools`, 'must name a network'),
    pools.map(
      (pool, i) =>
        parseNetwork(pool) === undefined &&
        problem(`${place}.assigns.pools[${i}]`, `${excerptOf(pool)} is no network in CIDR form with host bits of zero`),
    ),
    new Set(families).size < families.length && problem(`${place}.assigns.pools`, 'has two networks of one family'),
    dns.map(
      (server, i) =>
        addressFamily(server) === undefined &&
        problem(`${place}.assigns.dns[${i}]`, `${excerptOf(server)} is no IPv4 or IPv6 address`),
    ),
    other.requests === undefined &&
      problem(`${place}.assigns`, 'is for an end that requests, and the other one does not'),
  ];
}

function problemsOfUser({ xauth }: End, place: string): Found {
  if (xauth === undefined) return [];
  return [
    !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(xauth.user) &&
      problem(`${place}.xauth.user`, 'must be 1 to 64 letters, digits, ".", "_" and "-"'),
    problemsOfWord(xauth.password, `${place}.xauth.password`),
  ];
}
