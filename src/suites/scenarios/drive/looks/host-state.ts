import { EspalierError } from '../../../../base/errors.ts';
import { shellWord } from '../../../../base/text.ts';
import { canonicalAddress } from '../../../../model/addresses.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Count } from '../../api/count.ts';
import type { RouteOptions, RunOptions, Within } from '../../api/matchers.ts';
import type { Look } from '../check-book.ts';
import { countText, isCount } from '../count.ts';
import { type Condition, fits, lastLine, type MatcherInputs, patternText, typed } from './looking.ts';

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
    const { status, stdout } = await typed(inputs, `base64 -- ${shellWord(path)}`, origin);
    if (status !== 0) return { holds: false, received: lastLine(stdout) };
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
    const { status, stdout } = await inputs.host.execAt(line, origin);
    const holds = (wanted === 'any' || status === wanted) && (prints === undefined || fits(stdout, prints));
    return { holds, received: `exit status ${status} and ${lastLine(stdout)}` };
  };
  const parts = [wanted !== 'any' && `exit status ${wanted}`, prints !== undefined && patternText(prints)].filter(
    Boolean,
  );
  return { matcher: 'toRun', expected: `${parts.join(' and ') || 'an end'} of ${line}`, look, wait };
}

interface RouteEntry {
  readonly dst?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string;
  readonly prefsrc?: string;
}

/** `toHaveRoute`. */
export function routeCondition(inputs: MatcherInputs, to: string, options: RouteOptions): Condition {
  const { via, dev, table, source } = options;
  const asked = Object.entries({ via, dev, table, source }).filter(([, value]) => value !== undefined);
  const six = [to, via, source].some((text) => text?.includes(':'));
  const line = `ip -${six ? 6 : 4} -j -d route show table ${shellWord(String(table ?? 'all'))}`;
  const look = async (origin: Origin): Promise<Look> => {
    const { status, stdout } = await typed(inputs, line, origin);
    const routes = status === 0 ? (JSON.parse(stdout || '[]') as RouteEntry[]) : [];
    const there = routes.filter(({ dst = '' }) => network(dst) === network(to));
    const holds = there.some(
      (route) =>
        (via === undefined || same(route.gateway, via)) &&
        (dev === undefined || route.dev === dev) &&
        (source === undefined || same(route.prefsrc, source)),
    );
    const shown = there.map(({ gateway, dev: nic, table: name }) =>
      [gateway && `via ${gateway}`, nic && `dev ${nic}`, name && `table ${name}`].filter(Boolean).join(' '),
    );
    return { holds, received: shown.join('; ') || 'no route there' };
  };
  const words = asked.map(([key, value]) => ` ${key} ${value}`).join('');
  return { matcher: 'toHaveRoute', expected: `a route to ${to}${words}`, look, wait: options };
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
    const { status, stdout } = await typed(inputs, `ip -j addr show${on}`, origin);
    if (status !== 0) return { holds: false, received: lastLine(stdout) };
    const nics = JSON.parse(stdout) as { ifname?: string; addr_info?: { local?: string; prefixlen?: number }[] }[];
    const all = nics.flatMap(({ ifname = '', addr_info = [] }) => addr_info.map((one) => ({ ...one, ifname })));
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

/** In one spelling, without the prefix length of a single address, as iproute2 writes it. */
function network(text: string): string {
  const [address = '', prefix] = text.split('/');
  try {
    const own = canonicalAddress(address);
    return prefix === undefined || prefix === (own.includes(':') ? '128' : '32') ? own : `${own}/${prefix}`;
  } catch {
    return text === '0.0.0.0/0' || text === '::/0' ? 'default' : text;
  }
}
