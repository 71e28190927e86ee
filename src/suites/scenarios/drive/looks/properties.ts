import type { IpsecPolicy, IpsecSa, PortMatch } from '../../../../evidence/ipsec.ts';
import { spelledNetwork } from '../../../../model/addresses.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Count } from '../../api/count.ts';
import type { HowMany } from '../../api/matchers.ts';
import type { PolicyProperties, SaProperties } from '../../api/sa-properties.ts';
import type { Look } from '../check-book.ts';
import { countText, isCount } from '../count.ts';
import { type Condition, type MatcherInputs, refuseUnknown } from './looking.ts';
import { encryptionName, integrityName } from './sa-names.ts';

/** What an SA's own properties depend on. */
interface Around {
  /** Without prefix lengths. */
  readonly addresses: ReadonlySet<string>;
  /** Virtual seconds since 1970 by the host's wall clock, from which the kernel counts. */
  readonly wall: bigint;
}

/** What systems that are not Linux do not list of an SA or a policy, or not all of them: it may be so or otherwise. */
const unlisted: ReadonlySet<string> = new Set(['refused', 'copiesDscp', 'copiesEcn', 'remaining', 'ifId', 'mark']);

type Value = string | number | bigint | boolean | undefined;

function directionOf({ direction, destination }: IpsecSa, { addresses }: Around): 'in' | 'out' {
  return direction ?? (addresses.has(destination) ? 'in' : 'out');
}

const saValues: { readonly [K in keyof SaProperties]-?: (sa: IpsecSa, around: Around) => Value } = {
  direction: directionOf,
  protocol: ({ protocol }) => protocol,
  mode: ({ mode }) => mode,
  encryption: encryptionName,
  integrity: integrityName,
  compression: ({ compression }) => compression,
  source: ({ source }) => source,
  destination: ({ destination }) => destination,
  encapsulated: ({ encapsulation }) => encapsulation !== undefined,
  sourcePort: ({ encapsulation }) => encapsulation?.sourcePort,
  destinationPort: ({ encapsulation }) => encapsulation?.destinationPort,
  esn: ({ esn }) => esn,
  replayWindow: ({ replayWindow }) => replayWindow,
  ifId: ({ ifId = 0 }) => ifId,
  mark: ({ mark }) => mark?.value ?? 0,
  copiesDscp: (sa, around) =>
    directionOf(sa, around) === 'in' ? sa.flags.includes('decap-dscp') : !sa.flags.includes('dont-encap-dscp'),
  copiesEcn: ({ flags }) => !flags.includes('noecn'),
  packets: ({ use }) => use.packets,
  bytes: ({ use }) => use.bytes,
  refused: ({ errors }) => errors.integrity + errors.replay + errors.replayWindow,
  remaining: ({ lifetime: { hardAddSeconds }, use }, { wall }) =>
    hardAddSeconds === undefined ? undefined : use.addTime + hardAddSeconds - wall,
};

const policyValues: { readonly [K in keyof PolicyProperties]-?: (policy: IpsecPolicy) => Value } = {
  direction: ({ direction }) => direction,
  action: ({ action, templates }) => (action === 'block' ? 'discard' : templates.length > 0 ? 'protect' : 'bypass'),
  source: ({ selector: { source } }) => `${source.address}/${source.prefix}`,
  destination: ({ selector: { destination } }) => `${destination.address}/${destination.prefix}`,
  protocol: ({ selector }) => selector.protocol,
  sourcePort: ({ selector }) => portOf(selector.sourcePort),
  destinationPort: ({ selector }) => portOf(selector.destinationPort),
  mode: ({ templates }) => templates[0]?.mode,
  protocols: ({ templates }) => templates.map(({ protocol }) => protocol).join(', '),
  ifId: ({ ifId = 0 }) => ifId,
  mark: ({ mark }) => mark?.value ?? 0,
};

/** Changes while packets go, with no event of the kernel's: a command makes the agent read the tables anew. */
const changing: readonly string[] = ['packets', 'bytes', 'refused'];

/** Of the table, in the text of a check. */
const mostShown = 6;

/** `toHaveSa`. */
export function saCondition(inputs: MatcherInputs, properties: SaProperties, options: HowMany): Condition {
  const { host, stepper } = inputs;
  const values = saValues as Values<IpsecSa>;
  return tableCondition(
    inputs,
    { matcher: 'toHaveSa', one: 'an SA', many: 'SAs', values, properties, options },
    (origin) => {
      const around = { addresses: new Set(host.addresses), wall: stepper.wall / 1_000_000_000n };
      return host
        .kernelTables('toHaveSa', origin)
        .sas.filter(({ larval }) => !larval)
        .map((sa) => ({ entry: sa, around }));
    },
  );
}

/** `toHavePolicy`. Policies of sockets, which daemons have for themselves, do not count. */
export function policyCondition(inputs: MatcherInputs, properties: PolicyProperties, options: HowMany): Condition {
  const { host } = inputs;
  const values = policyValues as Values<IpsecPolicy>;
  return tableCondition(
    inputs,
    { matcher: 'toHavePolicy', one: 'a policy', many: 'policies', values, properties, options },
    (origin) =>
      host
        .kernelTables('toHavePolicy', origin)
        .policies.filter(({ direction }) => !direction.startsWith('socket-'))
        .map((policy) => ({ entry: policy, around: { addresses: new Set<string>(), wall: 0n } })),
  );
}

type Values<T> = Readonly<Record<string, (entry: T, around: Around) => Value>>;

interface TableQuery<T> {
  readonly matcher: 'toHaveSa' | 'toHavePolicy';
  readonly one: string;
  readonly many: string;
  readonly values: Values<T>;
  readonly properties: object;
  readonly options: HowMany;
}

type Entries<T> = (origin: Origin) => readonly { readonly entry: T; readonly around: Around }[];

function tableCondition<T>(
  inputs: MatcherInputs,
  { matcher, one, many, values, properties, options }: TableQuery<T>,
  entries: Entries<T>,
): Condition {
  const asked = Object.entries(properties).filter(([, value]) => value !== undefined);
  const keys = asked.map(([key]) => key);
  refuseUnknown(one, keys, { host: inputs.host.name, known: Object.keys(values) });
  const { count, ...wait } = options;
  const number = count === undefined ? one : `${countText(count)} ${many}`;
  const look = async (origin: Origin): Promise<Look> => {
    if (keys.some((key) => changing.includes(key)))
      await inputs.stepper.type({ host: inputs.host.name, line: ':', origin, by: 'look' });
    const rows = entries(origin).map(({ entry, around }) => keys.map((key) => values[key]?.(entry, around)));
    const isListed = (row: readonly Value[]): boolean =>
      row.every((value, at) => value !== undefined && value !== 'any' && !unlisted.has(keys[at] ?? ''));
    if (!inputs.host.isLinux && !rows.every(isListed))
      return { holds: undefined, received: `the system does not list all of that${rowsText(rows, keys)}` };
    const fitting = rows.filter((row) => row.every((value, at) => isAsked(value, asked[at]?.[1])));
    const received = `${fitting.length} of ${rows.length}${rowsText(rows, keys)}`;
    return { holds: isCount(fitting.length, count ?? { atLeast: 1 }), received };
  };
  const expected = `${number} with ${asked.map(askedText).join(', ')}`;
  return { matcher, expected, look, wait };
}

function askedText([key, value]: [string, unknown]): string {
  if (Array.isArray(value)) return `${key} ${value.join(', ')}`;
  return typeof value === 'object' ? `${key} ${countText(value as Count)}` : `${key} ${String(value)}`;
}

function isAsked(value: Value, asked: unknown): boolean {
  if (Array.isArray(asked)) return value === asked.join(', ');
  if (typeof value === 'bigint') return isCount(value, asked as Count);
  if (typeof asked === 'object') return typeof value === 'number' && isCount(value, asked as Count);
  return typeof asked === 'string' && typeof value === 'string' ? sameText(value, asked) : value === asked;
}

/** Addresses and networks may be written in several ways. */
function sameText(value: string, asked: string): boolean {
  return value === asked || (/[.:]/.test(value) && spelledNetwork(value) === spelledNetwork(asked));
}

/** `: direction in, mode tunnel; …`: what there is of the properties that were asked for. */
function rowsText(rows: readonly (readonly Value[])[], keys: readonly string[]): string {
  const texts = [...new Set(rows.map((row) => row.map((value, at) => `${keys[at]} ${value ?? 'none'}`).join(', ')))];
  if (texts.length === 0) return '';
  return `: ${texts.slice(0, mostShown).join('; ')}${texts.length > mostShown ? '; …' : ''}`;
}

/** 0: any. A mask of some bits is written with it. */
function portOf({ port, mask }: PortMatch): Value {
  if (mask === 0) return 0;
  return mask === 0xffff ? port : `${port}/${mask.toString(16)}`;
}
