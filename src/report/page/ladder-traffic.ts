import { captureFile } from '../../evidence/attempt/link-capture.ts';
import type { Flow, LeakKind, Observed, Traffic } from '../../model/observed.ts';
import { countIn, firstOf, parseRanges, type Range } from '../../model/ranges.ts';
import type { LadderRow, RowFlag } from './data.ts';

/** Kinds of packets and frames that a bundle names; more are counted. */
const innerShown = 6;
const framesShown = 4;

/** An entry of `traffic` with what it points to. */
interface Entry extends Traffic {
  readonly shared: Flow;
}

/** Rows of traffic between those of commands and SAs (`events`, in the order of time). */
export function trafficRows(observed: Observed, events: readonly LadderRow[]): LadderRow[] {
  const rows: LadderRow[] = [];
  let open: Entry[] = [];
  const close = (): void => {
    rows.push(...bundles(open, observed));
    open = [];
  };
  let event = 0;
  for (const one of observed.traffic) {
    const shared = observed.flows[one.flow];
    if (shared === undefined) continue;
    for (let next = events[event]; next && next.t <= one.t; next = events[event]) {
      close();
      rows.push(next);
      event += 1;
    }
    const entry = { ...one, shared };
    if (shared.kind !== 'ike') open.push(entry);
    else {
      close();
      rows.push(ikeRow(entry, observed));
    }
  }
  close();
  return inOrderOfForwarding([...rows, ...events.slice(event)]);
}

/** Who passes a packet on does so after it came, also where the clock stood still. */
function inOrderOfForwarding(rows: LadderRow[]): LadderRow[] {
  const moved = new Set<LadderRow>();
  for (let at = 0; at < rows.length; ) {
    const row = rows[at] as LadderRow;
    const origin = moved.has(row) ? -1 : originOf(rows, at);
    if (origin < 0) at += 1;
    else {
      moved.add(row);
      rows.splice(origin + 1, 0, row);
      rows.splice(at, 1);
    }
  }
  return rows;
}

/** Where the row of the same moment is that brought what this one passes on, behind it; -1: nowhere. */
function originOf(rows: readonly LadderRow[], at: number): number {
  const { t, text, from, to } = rows[at] as LadderRow;
  if (to === undefined) return -1;
  for (let next = at + 1; rows[next]?.t === t; next += 1) {
    const other = rows[next] as LadderRow;
    if (other.to === from && other.from !== to && other.text === text) return next;
  }
  return -1;
}

function ikeRow(entry: Entry, observed: Observed): LadderRow {
  const { t, shared, flags = [] } = entry;
  const message = observed.messages[entry.message ?? -1] ?? { text: 'IKE', details: [] };
  const all: RowFlag[] = [...flags, ...(message.flags ?? [])];
  return {
    kind: 'ike',
    t,
    from: shared.from,
    to: shared.to,
    text: `${message.text}${shared.text === 'tcp' ? ' (TCP)' : ''}`,
    ...(all.length > 0 && { flags: all }),
    details: [shared.ends ?? '', ...message.details, framesText([entry], observed)],
  };
}

/** Entries without anything between them: those that look alike are one row. */
function bundles(entries: readonly Entry[], observed: Observed): LadderRow[] {
  const alike = Map.groupBy(entries, ({ shared }) => `${kindOf(shared)} ${shared.from} ${shared.to} ${textOf(shared)}`);
  return [...alike.values()].map((members) => bundleRow(members, observed));
}

function bundleRow(members: readonly Entry[], observed: Observed): LadderRow {
  const { t, shared } = members[0] as Entry;
  const until = Math.max(...members.map((one) => one.until ?? one.t));
  const flags = [...new Set(members.flatMap(flagsOf))];
  const inner = [...new Set(members.flatMap((one) => one.shared.protection?.inner ?? []))];
  const sequences = members.flatMap(({ sequence }) => (sequence === undefined ? [] : parseRanges(sequence)));
  const count = members.reduce((sum, { frames }) => sum + countIn(parseRanges(frames)), 0);
  const within = inner.length === 0 ? '' : `: ${inner[0]}${inner.length > 1 ? ' …' : ''}`;
  return {
    kind: kindOf(shared),
    t,
    ...(until > t && { until }),
    from: shared.from,
    to: shared.to,
    text: `${textOf(shared)}${sequenceText(sequences)}${within}`,
    ...(flags.length > 0 && { flags }),
    ...(count > 1 && { count }),
    details: [
      ...(shared.leak === undefined ? [] : [leakTexts[shared.leak]]),
      ...(shared.protection && shared.ends ? [shared.ends] : []),
      ...inner.slice(0, innerShown),
      framesText(members, observed),
    ],
  };
}

const leakTexts: Readonly<Record<LeakKind, string>> = {
  cleartext: 'leak: in clear, and its sender’s policy protects or forbids it',
  'not-encrypted': 'leak: the payload is not encrypted',
  'check-leak': 'leak: in clear, and a check of the scenario forbids it',
};

function kindOf({ kind, leak }: Flow): LadderRow['kind'] {
  if (leak !== undefined) return 'leak';
  return kind === 'protected' ? 'esp' : kind;
}

function textOf({ protection, text = '' }: Flow): string {
  if (protection === undefined) return text;
  const { protocol, spi, word, reason, encapsulation } = protection;
  const name = protocol === 'ipcomp' ? 'IPComp' : protocol.toUpperCase();
  const over = encapsulation === undefined ? '' : ` in ${encapsulation.toUpperCase()}`;
  return `${name}${over} ${spi} ${reason === undefined ? word : `${word}, ${reason}`}`;
}

function flagsOf({ shared: { protection }, flags = [] }: Entry): RowFlag[] {
  const word = protection?.word;
  const remarkable = word !== undefined && word !== 'verified' && word !== 'unauthenticated';
  return [...(remarkable ? [word] : []), ...flags];
}

function sequenceText(ranges: readonly Range[]): string {
  if (ranges.length === 0) return '';
  const low = Math.min(...ranges.map(({ first }) => first));
  const high = Math.max(...ranges.map(({ last }) => last));
  return ` seq ${low === high ? low : `${low}–${high}`}`;
}

function framesText(members: readonly Entry[], { links }: Observed): string {
  const named: string[] = [];
  let count = 0;
  for (const { frames, shared } of members) {
    const ranges = parseRanges(frames);
    count += countIn(ranges);
    const numbers = firstOf(ranges, framesShown - named.length);
    named.push(...numbers.map((number) => `${captureFile(links[shared.link] ?? '')} packet ${number}`));
  }
  return `${named.join(', ')}${count > named.length ? `, and ${count - named.length} more` : ''}`;
}
