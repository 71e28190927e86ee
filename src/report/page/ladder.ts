import { compare } from '../../base/text.ts';
import type { FactEvidence, SeenFrame } from '../../evidence/evidence.ts';
import { messagesOf } from '../../evidence/packet/wire.ts';
import { leaks } from '../../judge/oracles/leaks.ts';
import type { Issue } from '../../model/verdict.ts';
import type { PageClock } from './clock.ts';
import type { LadderRow, RowFlag, SaData } from './data.ts';
import { IkeReader, type IkeSighting } from './ladder-ike.ts';
import { clearFlows, type FlowPacket, protectedFlows } from './ladder-packets.ts';

/** What the ladder needs beside the evidence. */
export interface LadderContext {
  readonly clock: PageClock;
  readonly hosts: readonly string[];
  /** Host by MAC address, in lower case. */
  readonly owners: ReadonlyMap<string, string>;
  readonly sas: readonly SaData[];
  /** Of the verdict. */
  readonly issues: readonly Issue[];
}

/** Kinds of packets and sequence numbers that a bundle names; more are counted. */
const innerTold = 6;
const framesTold = 4;

/**
 * What went over the links and happened on hosts, in order of time. Packets of one kind that follow each other without
 * anything else between are one row; what one host forwards is a row of its own, from the host that did.
 */
export function ladderOf(evidence: FactEvidence, context: LadderContext): LadderRow[] {
  const leaked = new Set(leaksOf(evidence, context).map(({ file, packet }) => `${file} ${packet}`));
  const rows = [...commandRows(evidence, context), ...saRows(context), ...ikeRows(evidence, context)];
  rows.sort((a, b) => a.t - b.t || forwarding(a, b));
  const flows = [...protectedFlows(evidence), ...clearFlows(evidence, leaked)];
  flows.sort((a, b) => compare(a.frame.time, b.frame.time));
  return bundled(rows, flows, context);
}

/** The verdict says whether there are leaks, and names the first of them; the others are found as it found those. */
function leaksOf(evidence: FactEvidence, { issues }: LadderContext): readonly Issue[] {
  const told = issues.filter(({ kind }) => kind === 'cleartext');
  return told.length === 0 ? told : [...told, ...leaks(evidence)];
}

/** Who passes a message on does so after it came, also where the clock stood still. */
function forwarding(a: LadderRow, b: LadderRow): number {
  if (a.kind !== 'ike' || a.text !== b.text || a.to === undefined || b.to === undefined || a.to === b.to) return 0;
  return a.to === b.from ? -1 : b.to === a.from ? 1 : 0;
}

function hostIndex({ hosts }: LadderContext, name: string | undefined): number {
  return name === undefined ? -1 : hosts.indexOf(name);
}

function ends(frame: SeenFrame, context: LadderContext): Pick<LadderRow, 'from' | 'to'> {
  const to = context.owners.get(frame.packet.dissected.destinationMac);
  return { from: hostIndex(context, frame.sender), to: hostIndex(context, to) };
}

function commandRows({ commands }: FactEvidence, context: LadderContext): LadderRow[] {
  return commands.map(({ host, line, begin }) => ({
    kind: 'command',
    t: context.clock.at(begin),
    from: hostIndex(context, host),
    text: line.length > 300 ? `${line.slice(0, 300)} …` : line,
  }));
}

/** Births and ends of one host's SAs at one time are one row. */
function saRows({ sas }: LadderContext): LadderRow[] {
  const changes = sas.flatMap((sa) => [
    { t: sa.born, host: sa.host, text: `+ ${nameOf(sa)}`, detail: `${sa.text}; ${sa.algorithms}; ${sa.selector}` },
    ...(sa.died === undefined
      ? []
      : [{ t: sa.died, host: sa.host, text: `− ${nameOf(sa)}`, detail: `${sa.reason}; ${sa.packets}` }]),
  ]);
  changes.sort((a, b) => a.t - b.t);
  const groups = Map.groupBy(changes, ({ t, host }) => `${host} ${Math.floor(t / 1000)}`);
  return [...groups.values()].map((members) => ({
    kind: 'sa',
    t: members[0]?.t ?? 0,
    from: members[0]?.host ?? -1,
    text: members.map(({ text }) => text).join(', '),
    details: members.map(({ text, detail }) => `${text}: ${detail}`),
  }));
}

function nameOf({ protocol, direction, spi }: SaData): string {
  return [protocol, direction, spi].filter(Boolean).join(' ');
}

function ikeRows({ frames }: FactEvidence, context: LadderContext): LadderRow[] {
  const seen = frames.flatMap((frame) =>
    messagesOf(frame.packet).flatMap(({ message, encapsulation }) =>
      message.kind === 'ike' ? [{ frame, encapsulation, bytes: message.bytes }] : [],
    ),
  );
  const sightings = seen.map(({ frame, bytes }): IkeSighting => ({ bytes, sender: `${frame.sender} ${frame.file}` }));
  const reader = new IkeReader(sightings);
  return seen.map(({ frame, encapsulation }, index) => {
    const { text, details, flags } = reader.tell(sightings[index] as IkeSighting);
    const over = encapsulation === 'tcp' ? ' (TCP)' : '';
    return {
      kind: 'ike',
      t: context.clock.at(frame.time),
      ...ends(frame, context),
      text: `${text}${over}`,
      ...(flags.length > 0 && { flags }),
      details: [addresses(frame), ...details, frameText(frame)],
    };
  });
}

function addresses({ packet }: SeenFrame): string {
  const ip = packet.datagram?.packet ?? packet.dissected.ip;
  if (ip === undefined) return '';
  const port = (which: 'sourcePort' | 'destinationPort'): string =>
    ip.upper.kind === 'udp' || ip.upper.kind === 'tcp' ? ` port ${ip.upper[which]}` : '';
  return `${ip.source}${port('sourcePort')} > ${ip.destination}${port('destinationPort')}`;
}

function frameText({ file, number }: SeenFrame): string {
  return `${file} packet ${number}`;
}

/** Puts flows between the other rows; what stands between two of those is bundled by flow. */
function bundled(rows: readonly LadderRow[], flows: readonly FlowPacket[], context: LadderContext): LadderRow[] {
  const result: LadderRow[] = [];
  let at = 0;
  for (const row of [...rows, undefined]) {
    const bundles = new Map<string, FlowPacket[]>();
    for (let flow = flows[at]; flow && (!row || context.clock.at(flow.frame.time) < row.t); flow = flows[at]) {
      const { from, to } = ends(flow.frame, context);
      const key = `${flow.kind} ${from} ${to} ${flow.text}`;
      const members = bundles.get(key) ?? [];
      members.push(flow);
      bundles.set(key, members);
      at += 1;
    }
    for (const members of bundles.values()) result.push(bundleRow(members, context));
    if (row) result.push(row);
  }
  return result;
}

function bundleRow(members: readonly FlowPacket[], context: LadderContext): LadderRow {
  const [first] = members as [FlowPacket];
  const t = context.clock.at(first.frame.time);
  const until = context.clock.at((members.at(-1) as FlowPacket).frame.time);
  const flags = [...new Set(members.flatMap((member): readonly RowFlag[] => member.flags))];
  const numbers = members.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
  const inner = [...new Set(members.flatMap((member) => (member.inner === undefined ? [] : [member.inner])))];
  const frames = members.slice(0, framesTold).map(({ frame }) => frameText(frame));
  const more = members.length - frames.length;
  const sequence = numbers.length === 0 ? '' : ` seq ${rangeText(numbers)}`;
  return {
    kind: first.kind,
    t,
    ...(until > t && { until }),
    ...ends(first.frame, context),
    text: `${first.text}${sequence}${inner.length > 0 ? `: ${inner[0]}${inner.length > 1 ? ' …' : ''}` : ''}`,
    ...(flags.length > 0 && { flags }),
    ...(members.length > 1 && { count: members.length }),
    details: [
      ...(first.kind === 'esp' ? [addresses(first.frame)] : []),
      ...inner.slice(0, innerTold),
      `${frames.join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
    ].filter((line) => line !== ''),
  };
}

function rangeText(numbers: readonly number[]): string {
  const [low, high] = numbers.reduce(
    ([a, b], number) => [Math.min(a, number), Math.max(b, number)],
    [numbers[0] ?? 0, numbers[0] ?? 0],
  );
  return low === high ? String(low) : `${low}–${high}`;
}
