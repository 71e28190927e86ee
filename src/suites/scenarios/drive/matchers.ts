import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { shellWord } from '../../../base/text.ts';
import type { IkeSa, IpsecSa } from '../../../evidence/ipsec.ts';
import { daemonPorts } from '../../../judge/oracles/in-clear.ts';
import { type ClearTest, clearTest, filterText } from '../../../judge/oracles/sent-in-clear.ts';
import { withoutPrefix } from '../../../model/addresses.ts';
import type { Matcher } from '../../../model/checks.ts';
import type { Origin } from '../../../model/scenario.ts';
import { nanoseconds } from '../api/duration.ts';
import type {
  ClearFilter,
  Count,
  IkeSaOptions,
  IpsecSaOptions,
  Matchers,
  ReachOptions,
  TranscriptOptions,
  Within,
} from '../api/expect.ts';
import type { Host } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { CheckBook, Look } from './check-book.ts';
import { clearPackets } from './clear-packets.ts';
import { DrivenDaemonHost } from './daemon-host.ts';
import type { DrivenHost } from './host.ts';
import type { Stepper } from './stepper.ts';

/** What matchers work with. */
export interface MatcherInputs {
  readonly host: DrivenHost;
  readonly soft: boolean;
  readonly stepper: Stepper;
  readonly book: CheckBook;
  /** Names of all links. */
  readonly links: readonly string[];
}

/** Virtual nanoseconds that a check may wait: as long as an exchange of IKE may take before its peer counts as gone. */
const patience = 60_000_000_000n;

/** The conditions that `expect` offers on one host. */
export function makeMatchers(parts: MatcherInputs, negated = false): Matchers {
  const { host, stepper, book, soft } = parts;
  const not = negated ? 'not ' : '';
  const check = (matcher: Matcher, expected: string, { look, within = patience }: Looking): Promise<void> => {
    const origin = callerOrigin();
    return stepper.called(origin, () =>
      book.check({ matcher, host: host.name, expected: `${not}${expected}`, negated, soft, origin, within }, () =>
        look(origin),
      ),
    );
  };
  return {
    get not() {
      return makeMatchers(parts, !negated);
    },
    toHaveIkeSas: (count, options = {}) =>
      check('toHaveIkeSas', wanted(count, newly('IKE SA', options)), {
        look: (origin) => ikeSas(host, { count, options, origin }),
        ...waiting(options),
      }),
    toHaveIpsecSas: (count, options = {}) =>
      check('toHaveIpsecSas', wanted(count, newly('IPsec SA', options)), {
        look: async () => ipsecSas(host, count, options),
        ...waiting(options),
      }),
    toReach: (other, options = {}) => {
      const line = pingLine(host, other, { ...options, count: negated ? 3 : 1 });
      const look = async (origin: Origin): Promise<Look> => {
        const { status, stdout } = await stepper.type({ host: host.name, line, origin });
        return { holds: status === 0, received: summaryOf(stdout) };
      };
      return check('toReach', `to reach ${typeof other === 'string' ? other : other.name}`, {
        look,
        ...waiting(options),
      });
    },
    toHaveSentInClear: (filter = {}) => {
      const look = async (origin: Origin): Promise<Look> => sentInClear(parts, clearTestAt(filter, origin), filter);
      return check('toHaveSentInClear', filterText(filter), { look, within: 0n });
    },
    toHaveLogged: (what, options = {}) =>
      check('toHaveLogged', `a log line with ${typeof what === 'string' ? what : String(what)}`, {
        look: (origin) => logged(host, what, origin),
        ...waiting(options),
      }),
    toMatchTranscript: (file, options = {}) => {
      const look = async (origin: Origin): Promise<Look> => transcript(host, { file, origin, ...options });
      return check('toMatchTranscript', `the transcript of ${file}`, { look, within: 0n });
    },
  };
}

interface Looking {
  readonly look: (origin: Origin) => Promise<Look>;
  readonly within?: bigint;
}

function waiting({ within }: Within = {}): { within?: bigint } {
  return within === undefined ? {} : { within: nanoseconds(within) };
}

/** `2 IKE SAs`, `at most 4 IKE SAs`. */
function wanted(count: Count, what: string): string {
  if (typeof count === 'number') return counted(count, what);
  const { atLeast, atMost } = count;
  const bounds = [atLeast !== undefined && `at least ${atLeast}`, atMost !== undefined && `at most ${atMost}`];
  return `${bounds.filter(Boolean).join(' and ')} ${what}s`;
}

function isCount(number: number, count: Count): boolean {
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } =
    typeof count === 'number' ? { atLeast: count, atMost: count } : count;
  return number >= atLeast && number <= atMost;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `new IKE SA` where some that there were before do not count. */
function newly(what: string, { otherThan }: { readonly otherThan?: unknown }): string {
  return otherThan === undefined ? what : `new ${what}`;
}

interface IkeSaQuery {
  readonly count: Count;
  readonly options: IkeSaOptions;
  readonly origin: Origin;
}

async function ikeSas(host: DrivenHost, { count, options, origin }: IkeSaQuery): Promise<Look> {
  if (!(host instanceof DrivenDaemonHost)) {
    throw new EspalierError('scenario', 'the host has no IKE daemon', { ...origin, host: host.name });
  }
  const old = new Set(options.otherThan?.map(ikeSaKey));
  const sas = (await host.listIkeSas(origin)).filter((sa) => !old.has(ikeSaKey(sa)));
  return { holds: isCount(sas.length, count), received: counted(sas.length, newly('IKE SA', options)) };
}

async function logged(host: DrivenHost, what: string | RegExp, origin: Origin): Promise<Look> {
  if (!(host instanceof DrivenDaemonHost)) {
    throw new EspalierError('scenario', 'the host has no IKE daemon', { ...origin, host: host.name });
  }
  const line = await host.firstLogged(what, origin);
  return { holds: line !== undefined, received: line ?? 'no such line' };
}

/** The SPIs where the daemon tells them; otherwise its own number. */
function ikeSaKey({ initiatorSpi, responderSpi, id }: IkeSa): string {
  return initiatorSpi === undefined ? id : `${initiatorSpi} ${responderSpi}`;
}

function ipsecSas(host: DrivenHost, count: Count, options: IpsecSaOptions): Look {
  const key = ({ spi, destination, protocol }: IpsecSa): string => `${protocol} ${spi} ${destination}`;
  const old = new Set(options.otherThan?.map(key));
  const sas = host.ipsecSas().filter((sa) => !old.has(key(sa)));
  return { holds: isCount(sas.length, count), received: counted(sas.length, newly('IPsec SA', options)) };
}

function pingLine(
  host: DrivenHost,
  other: Host | string,
  { from, at, count }: ReachOptions & { readonly count: number },
): string {
  const address = at ?? (typeof other === 'string' ? other : addressSeenFrom(host, other as DrivenHost));
  const source = from === undefined ? '' : `-I ${shellWord(from)} `;
  return `ping -n -c ${count} -i 0.2 -W 1 ${source}${shellWord(address)}`;
}

/** An address of the other host on a link that both have, else its first. */
function addressSeenFrom(host: DrivenHost, other: DrivenHost): string {
  const links = new Set(host.topology.nics.map(({ link }) => link));
  const near = other.topology.nics.find(({ link, addresses }) => links.has(link) && addresses.length > 0);
  const address = near?.addresses[0] ?? other.addresses[0];
  if (address === undefined) throw new EspalierError('scenario', `${other.name} has no address`, callerOrigin());
  return withoutPrefix(address);
}

/** The statistics of a ping, or the last line of what it said instead. */
function summaryOf(output: string): string {
  const lines = output.trim().split('\n');
  return lines.find((line) => line.includes('packets transmitted')) ?? lines.at(-1) ?? '';
}

/** The parsed filter. Raises `scenario` for a text that is not an address or a network. */
function clearTestAt(filter: ClearFilter, origin: Origin): ClearTest {
  try {
    return clearTest(filter);
  } catch (cause) {
    if (!(cause instanceof EspalierError)) throw cause;
    throw new EspalierError('scenario', cause.message, { ...origin, cause });
  }
}

function sentInClear({ host, stepper, links }: MatcherInputs, test: ClearTest, { link }: ClearFilter): Look {
  const found = clearPackets(stepper.dir, {
    macs: new Set(host.topology.nics.map(({ mac }) => mac.toLowerCase())),
    links: link === undefined ? links : [link],
    test,
    ports: daemonPorts(stepper.everySa()),
  });
  const [first] = found;
  if (first === undefined) return { holds: false, received: 'no packet in clear' };
  const place = `links/${first.link}.pcapng, packet ${first.number}`;
  return {
    holds: true,
    received: `${found.length === 1 ? '1 packet' : `${found.length} packets, the first`}: ${first.text} (${place})`,
  };
}

function transcript(
  host: DrivenHost,
  { file, origin, replace = [] }: TranscriptOptions & { file: string; origin: Origin },
): Look {
  const path = join(dirname(origin.file), file);
  const received = replace.reduce((text, [pattern, by]) => text.replaceAll(globally(pattern), by), host.console());
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const holds = expected === received;
  const words = expected === undefined ? 'there is no such file yet' : holds ? 'the same' : 'another transcript';
  return { holds, received: words, golden: { file, received, ...(expected !== undefined && { expected }) } };
}

function globally(pattern: RegExp): RegExp {
  return pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
}
