import { compare } from '../../base/text.ts';
import type { IpsecPolicy, IpsecSa, PolicyDefaults } from '../ipsec.ts';
import { readListing } from '../listings/listing.ts';
import { decode } from '../records/decode.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { policyDumpReader, saDumpReader } from '../xfrm/dump-reader.ts';
import { type Change, isEvent, readEvent } from './changes.ts';
import { applyEvent, emptyTables, type HostTables } from './host-tables.ts';
import type { Life, Moment } from './lives.ts';
import { type Discrepancy, reconcile, sameEntries } from './reconcile.ts';
import { policyRules, saRules } from './table-rules.ts';

/**
 * The lab stands still after a command, and what is known of all hosts is exact. `sequence` is that of the last
 * dump of the boundary, or of the `commandEnd` frame where no table had changed.
 */
export interface Boundary extends Moment {
  /** Sequence number of the `commandEnd` frame. */
  readonly command: number;
}

/** A host's tables as the kernel showed them at a boundary where one of them was other than at the one before. */
export interface Snapshot extends Boundary {
  readonly sas: readonly IpsecSa[];
  readonly policies: readonly IpsecPolicy[];
}

/**
 * Events of a host are lost: between these two moments, neither of them included, its tables are not known. The first is
 * the last event or boundary before the loss was noticed, the second the next boundary, whose dump shows them again.
 */
export interface Gap {
  readonly from: Moment;
  readonly to: Moment;
}

/** All that was seen of one host's SAD and SPD. */
export interface HostTimeline {
  readonly host: string;
  /**
   * Every event has the time at which the kernel made it. The kernel steps the lab's clock before it reads it for an event,
   * so a frame of that time or later came after the event, and one of an earlier time before it.
   */
  readonly exact: boolean;
  readonly gaps: readonly Gap[];
  readonly changes: readonly Change[];
  readonly sas: readonly Life<IpsecSa>[];
  readonly policies: readonly Life<IpsecPolicy>[];
  readonly defaults: readonly (Moment & { readonly value: PolicyDefaults })[];
  readonly snapshots: readonly Snapshot[];
}

/** All hosts of an attempt, in the order of the `hosts` frame. */
export interface Timeline {
  /** The last record; undefined: there is none. */
  readonly end: Moment | undefined;
  readonly hosts: readonly HostTimeline[];
  readonly boundaries: readonly Boundary[];
  readonly discrepancies: readonly Discrepancy[];
}

/** What `readRecords` gives, as far as it is needed here. */
export interface RecordedLab {
  readonly hosts: readonly string[];
  readonly records: readonly LabRecord[];
}

interface HostState {
  readonly host: string;
  readonly tables: HostTables;
  readonly changes: Change[];
  readonly snapshots: Snapshot[];
  readonly saDumps: ReturnType<typeof saDumpReader>;
  readonly policyDumps: ReturnType<typeof policyDumpReader>;
  /** What the last dumps said; tables are empty at first. */
  sas: readonly IpsecSa[];
  policies: readonly IpsecPolicy[];
  /** An event came or was lost, or a dump came, since the tables were last reconciled. */
  touched: boolean;
  dumped: boolean;
  /** The last event or boundary. */
  known: Moment;
  readonly gaps: Gap[];
  /** `known` when events were lost that no dump has made up for. */
  lostSince: Moment | undefined;
}

/**
 * Follows every host's tables through an attempt: from empty, by events, set right by the dump at every command
 * boundary. A boundary without a dump says that the tables are those of the last dump. Raises `malformed` for
 * messages that are none. Frames for hosts that do not exist are passed over.
 */
export function readTimeline({ hosts, records }: RecordedLab): Timeline {
  const late = latenessIn(records);
  const states = hosts.map((host) => newHost(host, records[0], late));
  const boundaries: Boundary[] = [];
  const discrepancies: Discrepancy[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] as LabRecord;
    if (isEvent(record)) discrepancies.push(...takeEvent(states[record.host], record));
    else if (record.type === recordType.trouble) takeTrouble(states[record.host], record);
    if (record.type !== recordType.commandEnd) continue;
    discrepancies.push(...states.flatMap(unexplained));
    at = takeDumps(states, records, at + 1);
    const { time, sequence } = records[at] as LabRecord;
    const boundary = { time, sequence, command: record.sequence };
    // The last frame of a torn file may be one in the middle of a boundary.
    const whole = at + 1 < records.length;
    if (whole) boundaries.push(boundary);
    for (const state of states) {
      if (state.dumped || (whole && state.touched)) settle(state, boundary);
      if (whole) state.known = { time, sequence };
    }
  }
  discrepancies.push(...states.flatMap(unexplained));
  discrepancies.sort((a, b) => a.sequence - b.sequence);
  const last = records.at(-1);
  for (const state of states) if (last !== undefined) endGap(state, last);
  const end = last && { time: last.time, sequence: last.sequence };
  return { hosts: states.map(finished), boundaries, end, discrepancies };
}

/** By how much what is recorded is late at most, ns; undefined: the lab's own kernel recorded it. A lab may find out later that it is more. */
export function latenessIn(records: readonly LabRecord[]): bigint | undefined {
  const all = records.filter(({ type }) => type === recordType.lateness).map(decode);
  const [most] = all.flatMap((said) => (said.type === 'lateness' ? [said.lateness] : [])).sort((a, b) => compare(b, a));
  return most;
}

/** Before the first record tables are empty. */
function newHost(host: string, first: LabRecord | undefined, late: bigint | undefined): HostState {
  const seen = { tables: emptyTables(late), changes: [], snapshots: [], gaps: [] };
  const readers = { saDumps: saDumpReader(), policyDumps: policyDumpReader() };
  const known: Moment = { time: first?.time ?? 0n, sequence: -1 };
  return {
    host,
    ...seen,
    ...readers,
    sas: [],
    policies: [],
    touched: false,
    dumped: false,
    known,
    lostSince: undefined,
  };
}

function finished({ host, tables, changes, snapshots, gaps }: HostState): HostTimeline {
  const { defaults, sas, policies } = tables;
  const exact = changes.length > 0 && changes.every((change) => change.exact);
  return { host, exact, gaps, changes, sas: sas.lives, policies: policies.lives, defaults, snapshots };
}

function takeEvent(state: HostState | undefined, record: LabRecord): Discrepancy[] {
  if (!state) return [];
  const change = readEvent(record);
  const { time, sequence, event } = change;
  state.changes.push(change);
  state.touched = true;
  if (state.lostSince === undefined) state.known = { time, sequence };
  const findings = applyEvent(state.tables, event, { time, sequence });
  if (state.lostSince !== undefined) return [];
  return findings.map((finding) => ({ host: state.host, time, sequence, ...finding }));
}

/** What an agent says of a host whose events are lost; those of earlier versions called it a note. */
const eventsLost = /^(?:lost xfrm-events\b|note XFRM events were lost)/;

function takeTrouble(state: HostState | undefined, record: LabRecord): void {
  const said = decode(record);
  if (!state || said.type !== 'trouble' || !eventsLost.test(said.text)) return;
  state.lostSince ??= state.known;
  state.touched = true;
}

function endGap(state: HostState, { time, sequence }: Moment): void {
  const { lostSince: from } = state;
  if (from !== undefined) state.gaps.push({ from, to: { time, sequence } });
  state.lostSince = undefined;
}

const dumps: ReadonlySet<number> = new Set([recordType.xfrmStates, recordType.xfrmPolicies, recordType.listing]);

/** Reads the dumps from a place on; returns the place of the last of them, or the one before it. */
function takeDumps(states: readonly HostState[], records: readonly LabRecord[], from: number): number {
  let at = from;
  for (; at < records.length; at += 1) {
    const { type, host, payload } = records[at] as LabRecord;
    const state = states[host];
    if (!dumps.has(type)) break;
    if (!state) continue;
    if (type === recordType.xfrmStates) state.sas = state.saDumps.read(payload);
    else if (type === recordType.listing) takeListing(state, payload);
    else state.policies = state.policyDumps.read(payload);
    state.dumped = true;
  }
  return at - 1;
}

/** When entries came and went since the last one is not known: nobody told of it. */
function takeListing(state: HostState, payload: Uint8Array): void {
  const { sas = state.sas, policies = state.policies } = readListing(payload);
  const isSame = sameEntries(state.sas, sas, saRules) && sameEntries(state.policies, policies, policyRules);
  if (!isSame) state.lostSince ??= state.known;
  state.sas = sas;
  state.policies = policies;
}

/** Makes a host's tables what its last dumps say. */
function settle(state: HostState, boundary: Boundary): void {
  const { tables, sas, policies } = state;
  const at: Moment = { time: boundary.time, sequence: boundary.sequence };
  if (state.dumped) state.snapshots.push({ ...boundary, sas, policies });
  const claimed = state.lostSince === undefined;
  reconcile(tables.sas, sas, { at, rules: saRules, claimed });
  reconcile(tables.policies, policies, { at, rules: policyRules, claimed });
  endGap(state, at);
  state.touched = false;
  state.dumped = false;
}

/** What a host's dumps showed and no event explained until now. */
function unexplained({ host, tables }: HostState): Discrepancy[] {
  return [
    ...tables.sas.takeUnexplained().map((finding) => ({ host, table: 'sa' as const, ...finding })),
    ...tables.policies.takeUnexplained().map((finding) => ({ host, table: 'policy' as const, ...finding })),
  ];
}
