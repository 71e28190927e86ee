import type { FaultAction, FaultEdit, FaultMatch, FaultRule } from '../../model/faults.ts';
import type { Topology } from '../../model/topology.ts';

/** 32 bits of a packet from its IP header on; `not`: any other value. */
interface Key {
  readonly at: number;
  readonly mask: number;
  readonly value: number;
  readonly not?: boolean;
}

/** A look that a frame may have. */
export interface FrameForm {
  readonly etherType: number;
  readonly keys: readonly Key[];
}

const [udp, esp] = [17, 50];
const ports = { ike: 500, nat: 4500 };
const responseFlag = 0x20;
const encryptedFragment = 53;

/** Both versions of IP, without options and extension headers, and not behind the first fragment. */
const families = [
  {
    etherType: 0x0800,
    size: 20,
    plain: [
      { at: 0, mask: 0x0f000000, value: 0x05000000 },
      { at: 4, mask: 0x00001fff, value: 0 },
    ],
    protocol: (number: number): Key => ({ at: 8, mask: 0x00ff0000, value: number << 16 }),
  },
  {
    etherType: 0x86dd,
    size: 40,
    plain: [],
    protocol: (number: number): Key => ({ at: 4, mask: 0x0000ff00, value: number << 8 }),
  },
] as const;

/** Either port: a translator may have changed the other one. */
function portKeys(at: number, port: number): Key[] {
  return [
    { at, mask: 0xffff0000, value: port * 0x10000 },
    { at, mask: 0x0000ffff, value: port },
  ];
}

function whole(at: number, value: number): Key {
  return { at, mask: 0xffffffff, value };
}

/** RFC 7296, 3.1: SPIs, then next payload, version, exchange type and flags, then the message ID; RFC 7383, 2.5. */
function ikeKeys(match: Extract<FaultMatch, { kind: 'ike' }>, at: number): Key[] {
  const { exchange, messageId, response, payload, fragment, spi } = match;
  const first = fragment === undefined ? payload : encryptedFragment;
  const head: readonly (readonly [mask: number, value: number | undefined])[] = [
    [0xff000000, first === undefined ? undefined : first * 0x1000000],
    [0x0000ff00, exchange === undefined ? undefined : exchange << 8],
    [responseFlag, response === undefined ? undefined : response ? responseFlag : 0],
  ];
  const named = head.flatMap(([mask, value]) => (value === undefined ? [] : [{ mask, value }]));
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return [
    ...(spi === undefined
      ? []
      : [0, 8].map((part) => whole(at + part / 2, Number.parseInt(spi.slice(part, part + 8), 16)))),
    ...(named.length === 0
      ? []
      : [{ at: at + 16, mask: sum(named.map(({ mask }) => mask)), value: sum(named.map(({ value }) => value)) }]),
    ...(messageId === undefined ? [] : [whole(at + 20, messageId)]),
    ...(fragment === undefined ? [] : [{ at: at + 32, mask: 0xffff0000, value: fragment * 0x10000 }]),
  ];
}

function espKeys({ spi, sequence }: Extract<FaultMatch, { kind: 'esp' }>, at: number): Key[] {
  return [...(spi === undefined ? [] : [whole(at, spi)]), ...(sequence === undefined ? [] : [whole(at + 4, sequence)])];
}

/** All looks of the frames that a match names. */
export function formsOf(match: FaultMatch): FrameForm[] {
  return families.flatMap(({ etherType, size, plain, protocol }): FrameForm[] => {
    const behindUdp = (port: number, keys: (at: number) => Key[]): FrameForm[] =>
      portKeys(size, port).map((key) => ({ etherType, keys: [...plain, protocol(udp), key, ...keys(size + 8)] }));
    if (match.kind === 'ip') {
      return [{ etherType, keys: match.protocol === undefined ? [] : [...plain, protocol(match.protocol)] }];
    }
    if (match.kind === 'ike') {
      return [
        ...behindUdp(ports.ike, (at) => ikeKeys(match, at)),
        ...behindUdp(ports.nat, (at) => [whole(at, 0), ...ikeKeys(match, at + 4)]),
      ];
    }
    // Behind port 4500 an SPI of zero is IKE (RFC 3948, 2.2).
    const notIke = (at: number): Key[] => (match.spi === undefined ? [{ ...whole(at, 0), not: true }] : []);
    return [
      { etherType, keys: [...plain, protocol(esp), ...espKeys(match, size)] },
      ...behindUdp(ports.nat, (at) => [...notIke(at), ...espKeys(match, at)]),
    ];
  });
}

function hex(number: number): string {
  return number.toString(16);
}

function formText({ etherType, keys }: FrameForm): string {
  return [
    hex(etherType),
    ...keys.map(({ at, mask, value, not }) => `${not ? '!' : ''}${hex(at)}/${hex(mask)}/${hex(value)}`),
  ].join(',');
}

function editText(edit: FaultEdit): string {
  switch (edit.kind) {
    case 'flip':
      return `flip:${edit.at}:${edit.mask}`;
    case 'set':
      return `set:${edit.at}:${edit.octets}`;
    case 'draw':
      return `draw:${edit.seed}:${edit.bits}`;
    case 'cut':
      return `cut:${edit.length}`;
    case 'replace':
      return `replace:${edit.octets}`;
  }
}

function argumentOf(action: FaultAction): string {
  switch (action.kind) {
    case 'delay':
      return action.by;
    case 'duplicate':
      return `${action.after}:${action.copies}`;
    case 'reorder':
      return action.within;
    case 'change':
      return [...(action.keepChecksums ? ['keep'] : []), ...action.edits.map(editText)].join(';');
    default:
      return '-';
  }
}

/** A rule as an order for the agent (guest/agent/fault.c reads it). */
export function encodeFault(id: number, rule: FaultRule): string {
  const { link, from = '*', match, copies = 'any', nth, times, action } = rule;
  const followers = action.kind === 'reorder' ? ['|', ...formsOf({ kind: match.kind }).map(formText)] : [];
  return [
    'catch',
    id,
    link,
    from,
    nth,
    times,
    copies,
    action.kind,
    argumentOf(action),
    ...formsOf(match).map(formText),
    ...followers,
  ].join(' ');
}

/** An interface of the lab, as a rule names it. */
interface End {
  readonly link: string;
  readonly host: string;
}

/** Rules for which a lab is made ready: as many as `explore` puts together. */
const slots = 2;

/**
 * The orders of a plan's rules. Free memory can be seen in a lab, and NSS mixes it into its random numbers: so that labs with no, one and two rules are the same
 * up to the first frame that is named, each rule stands among blank ones of the other interfaces, and rules that are not there have blank ones for all.
 */
export function encodePlannedFaults(rules: readonly FaultRule[], { hosts }: Topology): string[] {
  const ends = hosts.flatMap(({ name: host, nics }) => nics.map(({ link }): End => ({ link, host })));
  const all: readonly (FaultRule | undefined)[] = [...rules, ...Array.from({ length: slots }, () => undefined)].slice(
    0,
    Math.max(rules.length, slots),
  );
  return all.flatMap((rule, index) =>
    ends.map(({ link, host }, at) => {
      const named =
        rule !== undefined &&
        rule.link === link &&
        (rule.from === host || (rule.from === undefined && isFirst(ends, at)));
      return named ? encodeFault(index + 1, rule) : blank(link, host);
    }),
  );
}

function isFirst(ends: readonly End[], at: number): boolean {
  return ends.findIndex(({ link }) => link === ends[at]?.link) === at;
}

/** No packet has version 0 of IP. */
const impossible: Key = { at: 0, mask: 0xf0000000, value: 0 };

/** As large as a rule for one IKE message. */
function blank(link: string, host: string): string {
  const match = { kind: 'ike', exchange: 0, messageId: 0, response: true, payload: 0, spi: '0'.repeat(16) } as const;
  const forms = formsOf(match).map(({ etherType, keys }) =>
    formText({ etherType, keys: [impossible, ...keys.slice(1)] }),
  );
  return ['catch', 0, link, host, 1, 1, 'any', 'drop', '-', ...forms].join(' ');
}
