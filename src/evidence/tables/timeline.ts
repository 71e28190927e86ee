import type { IpsecPolicy, IpsecSa, PolicyDefaults, XfrmEvent } from '../ipsec.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { policyDumpReader, saDumpReader } from '../xfrm/dump-reader.ts';
import { readXfrmMessage } from '../xfrm/event.ts';
import { applyEvent, emptyTables, type HostTables } from './host-tables.ts';
import type { Life, Moment } from './lives.ts';
import { type Discrepancy, reconcile } from './reconcile.ts';
import { policyRules, saRules } from './table-rules.ts';

/** One thing that the kernel said. */
export interface Change extends Moment {
  readonly event: XfrmEvent;
}

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

/** All that was seen of one host's SAD and SPD. */
export interface HostTimeline {
  readonly host: string;
  readonly changes: readonly Change[];
  readonly sas: readonly Life<IpsecSa>[];
  readonly policies: readonly Life<IpsecPolicy>[];
  readonly defaults: readonly (Moment & { readonly value: PolicyDefaults })[];
  readonly snapshots: readonly Snapshot[];
}

/** All hosts of an attempt, in the order of the `hosts` frame. */
export interface Timeline {
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
  /** An event came, or a dump, since the tables were last reconciled. */
  touched: boolean;
  dumped: boolean;
}

/**
 * Follows every host's tables through an attempt: from empty, by events, set right by the dump at every command
 * boundary. A boundary without a dump says that the tables are those of the last dump. Raises `malformed` for
 * messages that are none. Frames for hosts that do not exist are passed over.
 */
export function readTimeline({ hosts, records }: RecordedLab): Timeline {
  const states = hosts.map(newHost);
  const boundaries: Boundary[] = [];
  const discrepancies: Discrepancy[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] as LabRecord;
    if (isEvent(record)) discrepancies.push(...takeEvent(states[record.host], record));
    if (record.type !== recordType.commandEnd) continue;
    discrepancies.push(...states.flatMap(unexplained));
    at = takeDumps(states, records, at + 1);
    const { time, sequence } = records[at] as LabRecord;
    const boundary = { time, sequence, command: record.sequence };
    // The last frame of a torn file may be one in the middle of a boundary.
    const whole = at + 1 < records.length;
    if (whole) boundaries.push(boundary);
    for (const state of states) if (state.dumped || (whole && state.touched)) settle(state, boundary);
  }
  discrepancies.push(...states.flatMap(unexplained));
  discrepancies.sort((a, b) => a.sequence - b.sequence);
  return { hosts: states.map(finished), boundaries, discrepancies };
}

function newHost(host: string): HostState {
  const seen = { tables: emptyTables(), changes: [], snapshots: [] };
  const readers = { saDumps: saDumpReader(), policyDumps: policyDumpReader() };
  return { host, ...seen, ...readers, sas: [], policies: [], touched: false, dumped: false };
}

function finished({ host, tables, changes, snapshots }: HostState): HostTimeline {
  const { defaults } = tables;
  return { host, changes, sas: tables.sas.lives, policies: tables.policies.lives, defaults, snapshots };
}

function isEvent({ type }: LabRecord): boolean {
  return type === recordType.xfrmEvent || type === recordType.xfrmEventMade;
}

function takeEvent(state: HostState | undefined, { type, sequence, payload, ...record }: LabRecord): Discrepancy[] {
  if (!state) return [];
  const made = type === recordType.xfrmEventMade;
  const event = readXfrmMessage(made ? payload.subarray(8) : payload);
  const { time } = record;
  state.changes.push({ time, sequence, event });
  state.touched = true;
  const findings = applyEvent(state.tables, event, { time, sequence });
  return findings.map((finding) => ({ host: state.host, time, sequence, ...finding }));
}

/** Reads the dumps from a place on; returns the place of the last of them, or the one before it. */
function takeDumps(states: readonly HostState[], records: readonly LabRecord[], from: number): number {
  let at = from;
  for (; at < records.length; at += 1) {
    const { type, host, payload } = records[at] as LabRecord;
    const state = states[host];
    if (type !== recordType.xfrmStates && type !== recordType.xfrmPolicies) break;
    if (!state) continue;
    if (type === recordType.xfrmStates) state.sas = state.saDumps.read(payload);
    else state.policies = state.policyDumps.read(payload);
    state.dumped = true;
  }
  return at - 1;
}

/** Makes a host's tables what its last dumps say. */
function settle(state: HostState, boundary: Boundary): void {
  const { tables, sas, policies } = state;
  const at: Moment = { time: boundary.time, sequence: boundary.sequence };
  if (state.dumped) state.snapshots.push({ ...boundary, sas, policies });
  state.touched = false;
  state.dumped = false;
  reconcile(tables.sas, sas, { at, rules: saRules });
  reconcile(tables.policies, policies, { at, rules: policyRules });
}

/** What a host's dumps showed and no event explained until now. */
function unexplained({ host, tables }: HostState): Discrepancy[] {
  return [
    ...tables.sas.takeUnexplained().map((finding) => ({ host, table: 'sa' as const, ...finding })),
    ...tables.policies.takeUnexplained().map((finding) => ({ host, table: 'policy' as const, ...finding })),
  ];
}
