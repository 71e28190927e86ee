import { familyOf } from '../../model/addresses.ts';
import type { IpsecSa, PolicyDirection } from '../ipsec.ts';
import { algorithmsOf, type SaKeys } from './libipsec-algorithms.ts';
import { bare, everything, policyOf } from './libipsec-entries.ts';
import { type LogEntry, logEntries } from './log-entries.ts';
import type { StackEvent } from './stack-event.ts';
import { selectorOfTexts } from './traffic-selector.ts';

type Direction = 'in' | 'out';

/** Keys of an exchange, as its initiator and its responder send with them. */
interface ExchangeKeys {
  encryption: Partial<Record<'initiator' | 'responder', Uint8Array>>;
  integrity: Partial<Record<'initiator' | 'responder', Uint8Array>>;
}

/** What one thread was last about. */
interface Thread {
  /** Whose exchange the last message was of: the thread read a response, or a request. */
  role?: 'initiator' | 'responder';
  keys: ExchangeKeys;
  /** An SA that is being added, or announced. */
  adding?: { readonly direction: Direction; readonly announced: boolean };
  addresses?: { readonly spi: number; readonly source: string; readonly destination: string };
  sad?: { readonly spi: number; readonly reqid: number; cipher?: string };
  /** Request id of the Child SA that is being installed; its policies follow. */
  installing?: number;
  /** Policies that were added outside of that: traps, if the next state says so. */
  strange: number[];
}

interface Endpoints {
  readonly source: string;
  readonly destination: string;
  readonly direction: Direction;
  readonly keys: SaKeys | undefined;
}

/**
 * What libipsec (strongSwan's userspace ESP) says of its SAs and policies: its log at `chd = 4`, `esp = 2`, `enc = 1` and `dmn = 1`
 * (ipsec_sa_mgr.c and ipsec_policy_mgr.c of libipsec, child_sa.c of libcharon; the keys are of keymat_v1.c and keymat_v2.c).
 * It does tunnel mode alone, and ESP in UDP alone unless `raw_esp` is set.
 */
export function libipsecEvents(log: string): StackEvent[] {
  const reader = new Reader();
  for (const entry of logEntries(log)) reader.read(entry);
  return reader.events;
}

type Handler = (reader: Reader, found: readonly string[], entry: LogEntry) => void;

class Reader {
  readonly events: StackEvent[] = [];
  readonly #threads = new Map<string, Thread>();
  readonly ends = new Map<number, Endpoints>();

  read(entry: LogEntry): void {
    for (const [pattern, handler] of lines[entry.group] ?? []) {
      const found = pattern.exec(entry.text);
      if (found === null) continue;
      handler(this, found, entry);
      return;
    }
  }

  thread({ thread }: LogEntry): Thread {
    const known = this.#threads.get(thread) ?? { keys: noKeys(), strange: [] };
    this.#threads.set(thread, known);
    return known;
  }

  forget(): void {
    this.#threads.clear();
    this.ends.clear();
  }
}

function noKeys(): ExchangeKeys {
  return { encryption: {}, integrity: {} };
}

/** By subsystem; the first that fits is meant. */
const lines: Readonly<Record<string, readonly (readonly [RegExp, Handler])[]>> = {
  DMN: [
    [
      /^Starting /,
      (reader, _, { time }) => {
        reader.forget();
        reader.events.push({ kind: 'began', time });
      },
    ],
  ],
  ENC: [
    [
      /^parsed \S+ (request|response) /,
      (reader, [, kind], entry) => {
        const thread = reader.thread(entry);
        thread.role = kind === 'request' ? 'responder' : 'initiator';
        thread.keys = noKeys();
      },
    ],
  ],
  CHD: [
    [
      /^(encryption|integrity) (initiator|responder) key$/,
      (reader, [, what, whose], entry) => {
        const { keys } = reader.thread(entry);
        if (entry.octets) keys[what as 'encryption' | 'integrity'][whose as 'initiator' | 'responder'] = entry.octets;
      },
    ],
    [
      /^(adding|registering) (in|out)bound ESP SA$/,
      (reader, [, verb, direction], entry) => {
        reader.thread(entry).adding = { direction: direction as Direction, announced: verb === 'registering' };
      },
    ],
    [/^ {2}SPI 0x([0-9a-f]{8}), src (\S+) dst (\S+)$/, placed],
    [
      /^CHILD_SA \S+ state change: \w+ => (\w+)$/,
      (reader, [, state], entry) => {
        const thread = reader.thread(entry);
        if (state === 'ROUTED') for (const at of thread.strange) reader.events[at] = asTrap(reader.events[at]);
        thread.strange = [];
        delete thread.installing;
      },
    ],
  ],
  ESP: [
    [
      /^adding SAD entry with SPI ([0-9a-f]{8}) and reqid \{(\d+)\}$/,
      (reader, [, spi, reqid], entry) => {
        const thread = reader.thread(entry);
        thread.sad = { spi: numberOf(spi), reqid: Number(reqid) };
        thread.installing = Number(reqid);
      },
    ],
    [
      /^ {2}using encryption algorithm (\S+) /,
      (reader, [, cipher = ''], entry) => {
        const { sad } = reader.thread(entry);
        if (sad) sad.cipher = cipher;
      },
    ],
    [/^ {2}using integrity algorithm (\S+) /, added],
    [/^failed to (?:create|install) SAD entry/, withdrawn],
    [
      /^updating SAD entry with SPI ([0-9a-f]{8}) from \S+ to (\S+)\[\d+\]\.\.(\S+)\[\d+\]$/,
      (reader, [, spi, source = '', destination = ''], { time }) =>
        reader.events.push({ kind: 'sa-moved', time, spi: numberOf(spi), source, destination }),
    ],
    [
      /^(?:deleted (in|out)bound|deleting) SAD entry with SPI ([0-9a-f]{8})/,
      (reader, [, direction, spi], { time }) =>
        reader.events.push({
          kind: 'sa-deleted',
          time,
          spi: numberOf(spi),
          ...(direction !== undefined && { direction: direction as Direction }),
        }),
    ],
    [/^flushing SAD$/, (reader, _, { time }) => reader.events.push({ kind: 'flushed', time, table: 'sas' })],
    [/^adding policy (.+) === (.+) (in|out|fwd)$/, policyAdded],
    [
      /^deleting policy (.+ (?:in|out|fwd))$/,
      (reader, [, name = ''], { time }) => reader.events.push({ kind: 'policy-deleted', time, name }),
    ],
    [/^flushing policies$/, (reader, _, { time }) => reader.events.push({ kind: 'flushed', time, table: 'policies' })],
  ],
};

function numberOf(digits = ''): number {
  return Number.parseInt(digits, 16);
}

/** The addresses of an SA; its keys are those of the exchange in which the SPI is first named. */
function placed(reader: Reader, [, digits, source = '', destination = '']: readonly string[], entry: LogEntry): void {
  const thread = reader.thread(entry);
  const { adding, keys, role } = thread;
  if (adding === undefined) return;
  const spi = numberOf(digits);
  // What comes in was protected with the keys of the other one.
  const other = role === 'initiator' ? 'responder' : 'initiator';
  const whose = adding.direction === 'out' ? role : other;
  const encryption = whose && role && keys.encryption[whose];
  const own = encryption && { encryption, integrity: (whose && keys.integrity[whose]) ?? new Uint8Array() };
  const known = reader.ends.get(spi);
  reader.ends.set(spi, { source, destination, direction: adding.direction, keys: known ? known.keys : own });
  delete thread.adding;
}

function added(reader: Reader, [, integrity = '']: readonly string[], entry: LogEntry): void {
  const { sad } = reader.thread(entry);
  const ends = sad && reader.ends.get(sad.spi);
  if (sad === undefined || ends === undefined) return;
  const { source, destination, direction, keys } = ends;
  const none = new Uint8Array();
  const algorithms = algorithmsOf(sad.cipher ?? '', integrity, keys ?? { encryption: none, integrity: none });
  const sa: IpsecSa = {
    ...bare,
    ...algorithms,
    ...(keys === undefined && { keysUnknown: true as const }),
    spi: sad.spi,
    reqid: sad.reqid,
    family: familyOf(destination),
    source,
    destination,
    direction,
    use: { ...bare.use, addTime: entry.time / 1_000_000_000n },
  };
  reader.events.push({ kind: 'sa-added', time: entry.time, sa });
}

/** The library refused what it was about to add. */
function withdrawn(reader: Reader, _: readonly string[], entry: LogEntry): void {
  const thread = reader.thread(entry);
  const { sad } = thread;
  const direction = sad && reader.ends.get(sad.spi)?.direction;
  if (sad && direction) reader.events.push({ kind: 'sa-deleted', time: entry.time, spi: sad.spi, direction });
  delete thread.installing;
}

function policyAdded(reader: Reader, [, source = '', destination = '', direction]: readonly string[], entry: LogEntry) {
  const thread = reader.thread(entry);
  const selector = selectorOfTexts(source, destination);
  const { installing } = thread;
  if (installing === undefined) thread.strange.push(reader.events.length);
  reader.events.push({
    kind: 'policy-added',
    time: entry.time,
    name: `${source} === ${destination} ${direction}`,
    policy: policyOf(direction as PolicyDirection, selector, installing),
  });
}

/** A policy that has no SA yet: packets that it chooses wait for one. */
function asTrap(event: StackEvent | undefined): StackEvent {
  const trap = event as Extract<StackEvent, { kind: 'policy-added' }>;
  const { direction, selector } = trap.policy;
  return { ...trap, policy: policyOf(direction, selector === everything ? undefined : selector, 0) };
}
