import { EspalierError } from '../../../../base/errors.ts';
import { shellWord } from '../../../../base/text.ts';
import { spelledNetwork } from '../../../../model/addresses.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Count } from '../../api/count.ts';
import type { RouteOptions, RunOptions, Within } from '../../api/matchers.ts';
import type { Look } from '../check-book.ts';
import { countText, isCount } from '../count.ts';
import {
  type Condition,
  failedLook,
  fits,
  isNotStarted,
  lastLine,
  listIn,
  type MatcherInputs,
  patternText,
  typed,
} from './looking.ts';

/** What is wrong with the check itself, where it was made. */
function mistake(message: string, inputs: MatcherInputs, origin: Origin): EspalierError {
  return new EspalierError('scenario', message, { ...origin, host: inputs.host.name });
}

/** `toHaveXfrmCounter`. */
export function xfrmCounterCondition(
  inputs: MatcherInputs,
  name: string,
  query: { count: Count; wait: Within },
): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    inputs.host.kernelTables('toHaveXfrmCounter', origin);
    const { stdout } = await typed(inputs, 'cat /proc/net/xfrm_stat', origin);
    const counters = new Map(stdout.split('\n').map((line) => line.trim().split(/\s+/) as [string, string]));
    const value = counters.get(name);
    if (value === undefined) {
      const known = [...counters.keys()].filter(Boolean).join(', ');
      throw mistake(`/proc/net/xfrm_stat has no ${name}; it has ${known || 'nothing'}`, inputs, origin);
    }
    return counter(name, value, query.count);
  };
  return { matcher: 'toHaveXfrmCounter', expected: `${name} to be ${countText(query.count)}`, look, wait: query.wait };
}

/** An interface's counter. */
export interface InterfaceCounter {
  readonly nic: string;
  readonly name: string;
  readonly count: Count;
}

/** `toHaveInterfaceCounter`. */
export function interfaceCounterCondition(
  inputs: MatcherInputs,
  { nic, name, count }: InterfaceCounter,
  wait: Within,
): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    const { status, stdout } = await typed(
      inputs,
      `cat ${shellWord(`/sys/class/net/${nic}/statistics/${name}`)}`,
      origin,
    );
    if (status !== 0) throw mistake(`no counter ${name} of ${nic}: ${lastLine(stdout)}`, inputs, origin);
    return counter(`${nic} ${name}`, stdout.trim(), count);
  };
  return { matcher: 'toHaveInterfaceCounter', expected: `${nic} ${name} to be ${countText(count)}`, look, wait };
}

function counter(name: string, value: string, count: Count): Look {
  return { holds: isCount(BigInt(value), count), received: `${name} ${value}` };
}

/** `toHaveFile`. */
export function fileCondition(
  inputs: MatcherInputs,
  path: string,
  { content, wait }: { content?: string | RegExp | undefined; wait: Within },
): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    // A terminal would change some bytes.
    const done = await typed(inputs, `base64 -- ${shellWord(path)}`, origin);
    const { status, stdout } = done;
    if (status === 1 && /: (?:No such file or|Not a) directory$/m.test(stdout))
      return { holds: false, received: lastLine(stdout) };
    if (status !== 0) return failedLook(done);
    const text = Buffer.from(stdout, 'base64').toString('utf8');
    if (content === undefined) return { holds: true, received: 'the file' };
    const holds = fits(text, content);
    return { holds, received: `${text.length} characters${holds ? ' that fit' : `, the last line ${lastLine(text)}`}` };
  };
  const expected = content === undefined ? `the file ${path}` : `the file ${path} with ${patternText(content)}`;
  return { matcher: 'toHaveFile', expected, look, wait };
}

/** `toRun`. */
export function runCondition(
  inputs: MatcherInputs,
  line: string,
  { status: wanted = 0, prints, ...wait }: RunOptions,
): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    const done = await inputs.host.execAt(line, origin);
    const { status, stdout } = done;
    const isWanted = wanted === 'any' || status === wanted;
    const holds = isWanted && (prints === undefined || fits(stdout, prints));
    if (!holds && isNotStarted(done) && wanted !== status) return failedLook(done);
    return { holds, received: `exit status ${status} and ${lastLine(stdout)}` };
  };
  const parts = [wanted !== 'any' && `exit status ${wanted}`, prints !== undefined && patternText(prints)].filter(
    Boolean,
  );
  return { matcher: 'toRun', expected: `${parts.join(' and ') || 'an end'} of ${line}`, look, wait };
}

/** One next hop: of a route that has just one, or of several (`nexthops`). */
interface NextHop {
  readonly gateway?: string;
  /** A router of the other family. */
  readonly via?: { readonly host?: string };
  readonly dev?: string;
}

interface RouteEntry extends NextHop {
  readonly dst?: string;
  readonly table?: string;
  readonly prefsrc?: string;
  readonly nexthops?: readonly NextHop[];
}

function hopsOf({ nexthops, ...route }: RouteEntry): (RouteEntry & NextHop)[] {
  return nexthops === undefined ? [route] : nexthops.map((hop) => ({ ...route, ...hop }));
}

/** `toHaveRoute`. */
export function routeCondition(inputs: MatcherInputs, to: string, options: RouteOptions): Condition {
  const { via, dev, table, source } = options;
  const asked = Object.entries({ via, dev, table, source }).filter(([, value]) => value !== undefined);
  const six = [to, via, source].some((text) => text?.includes(':'));
  const line = `ip -${six ? 6 : 4} -j -d route show table ${shellWord(String(table ?? 'all'))}`;
  const look = async (origin: Origin): Promise<Look> => {
    const done = await typed(inputs, line, origin);
    // A table is made with its first route.
    const isEmpty = done.status === 2 && /FIB table does not exist/.test(done.stdout);
    const read = done.status === 0 ? listIn(done.stdout) : isEmpty ? [] : undefined;
    if (read === undefined) return failedLook(done);
    const there = (read as RouteEntry[]).filter(({ dst = '' }) => network(dst) === network(to)).flatMap(hopsOf);
    const holds = there.some(
      (route) =>
        (via === undefined || same(route.gateway ?? route.via?.host, via)) &&
        (dev === undefined || route.dev === dev) &&
        (source === undefined || same(route.prefsrc, source)),
    );
    const shown = there.map(({ via: other, gateway = other?.host, dev: nic, table: name }) =>
      [gateway && `via ${gateway}`, nic && `dev ${nic}`, name && `table ${name}`].filter(Boolean).join(' '),
    );
    return { holds, received: shown.join('; ') || 'no route there' };
  };
  const words = asked.map(([key, value]) => ` ${key} ${value}`).join('');
  return { matcher: 'toHaveRoute', expected: `a route to ${to}${words}`, look, wait: options };
}

interface InterfaceEntry {
  readonly ifname?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** `toHaveAddress`. */
export function addressCondition(
  inputs: MatcherInputs,
  address: string,
  options: Within & { readonly dev?: string },
): Condition {
  const [wanted = '', prefix] = address.split('/');
  const on = options.dev === undefined ? '' : ` dev ${shellWord(options.dev)}`;
  const look = async (origin: Origin): Promise<Look> => {
    const done = await typed(inputs, `ip -j addr show${on}`, origin);
    // An interface that is not there has no address.
    if (done.status === 1 && / does not exist\.?$/m.test(done.stdout))
      return { holds: false, received: lastLine(done.stdout) };
    const nics = done.status === 0 ? listIn(done.stdout) : undefined;
    if (nics === undefined) return failedLook(done);
    const all = (nics as InterfaceEntry[]).flatMap(({ ifname = '', addr_info = [] }) =>
      addr_info.map((one) => ({ ...one, ifname })),
    );
    const holds = all.some(
      ({ local, prefixlen }) => same(local, wanted) && (prefix === undefined || prefixlen === Number(prefix)),
    );
    const shown = all
      .filter(({ ifname }) => ifname !== 'lo')
      .map(({ local, prefixlen, ifname }) => `${local}/${prefixlen} on ${ifname}`);
    return { holds, received: shown.join(', ') || 'no address' };
  };
  const expected = `the address ${address}${options.dev === undefined ? '' : ` on ${options.dev}`}`;
  return { matcher: 'toHaveAddress', expected, look, wait: options };
}

function same(one: string | undefined, other: string): boolean {
  return one !== undefined && network(one) === network(other);
}

/** In one spelling: an address is a network with its whole length. `default`, as iproute2 writes it, is that of either family. */
function network(text: string): string {
  const spelled = spelledNetwork(text);
  return spelled.endsWith('/0') ? 'default' : spelled;
}
