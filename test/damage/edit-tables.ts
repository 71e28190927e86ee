import type { IpsecPolicy, IpsecSa, XfrmEvent } from '../../src/evidence/ipsec.ts';
import { type LabRecord, recordType } from '../../src/evidence/records/record.ts';
import { concat } from '../../src/evidence/records/writer.ts';
import { readXfrmMessage } from '../../src/evidence/xfrm/event.ts';
import { policyIdentity, saIdentity } from '../../src/evidence/xfrm/identity.ts';
import { dump, eventMessage, policyMessage, saMessage } from '../unit/evidence/xfrm-build.ts';
import { editRecords } from './edit-records.ts';

/** What happens to one host's SAs or policies. */
export interface TableEdit<T> {
  /** Index into the `hosts` frame. */
  readonly host: number;
  readonly chosen: (value: T) => boolean;
  /** In place of a chosen entry; an empty list drops it. */
  readonly change: (value: T) => readonly T[];
  /** Events tell the same as the dumps, from the birth of the entry on. */
  readonly consistent: boolean;
}

/** How entries of one table stand in records. */
interface Table<T> {
  readonly dump: number;
  readonly encode: (value: T) => Uint8Array;
  /** The entry that a message shows. */
  readonly shown: (event: XfrmEvent) => T | undefined;
  readonly showing: (event: XfrmEvent, value: T) => XfrmEvent;
}

const saTable: Table<IpsecSa> = {
  dump: recordType.xfrmStates,
  encode: (sa) => saMessage(sa),
  shown: (event) => ('sa' in event ? event.sa : undefined),
  showing: (event, sa) => ({ ...event, ...(event.kind === 'sa-deleted' && { id: saIdentity(sa) }), sa }) as XfrmEvent,
};

const policyTable: Table<IpsecPolicy> = {
  dump: recordType.xfrmPolicies,
  encode: (policy) => policyMessage(policy),
  shown: (event) => ('policy' in event && event.kind !== 'acquire' ? event.policy : undefined),
  showing: (event, policy) =>
    ({ ...event, ...(event.kind === 'policy-deleted' && { id: policyIdentity(policy) }), policy }) as XfrmEvent,
};

/** Rewrites SAs of a host in its dumps, and in its events if they are to agree. */
export function editSas(records: readonly LabRecord[], edit: TableEdit<IpsecSa>): Map<string, Uint8Array> {
  return editTable(records, edit, saTable);
}

/** The same for policies. */
export function editPolicies(records: readonly LabRecord[], edit: TableEdit<IpsecPolicy>): Map<string, Uint8Array> {
  return editTable(records, edit, policyTable);
}

function editTable<T>(records: readonly LabRecord[], edit: TableEdit<T>, table: Table<T>): Map<string, Uint8Array> {
  /** What the message of an entry becomes; undefined: it stays as it is. */
  const becomes = (event: XfrmEvent): readonly T[] | undefined => {
    const value = table.shown(event);
    return value !== undefined && edit.chosen(value) ? edit.change(value) : undefined;
  };
  return editRecords(records, ({ type, host, payload }) => {
    if (host !== edit.host) return [payload];
    if (type === table.dump) {
      const edited = messagesOf(payload).flatMap(
        (message) => becomes(readXfrmMessage(message))?.map(table.encode) ?? [message],
      );
      return [dump(edited)];
    }
    const isMade = type === recordType.xfrmEventMade;
    if ((type !== recordType.xfrmEvent && !isMade) || !edit.consistent) return [payload];
    const made = payload.subarray(0, isMade ? 8 : 0);
    const event = readXfrmMessage(payload.subarray(made.length));
    return becomes(event)?.map((value) => concat([made, eventMessage(table.showing(event, value))])) ?? [payload];
  });
}

/** Netlink messages of a dump (struct nlmsghdr begins with the length; aligned to 4 bytes). */
function messagesOf(payload: Uint8Array): Uint8Array[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at + 4 <= payload.length; ) {
    const length = Math.max(16, view.getUint32(at, true));
    found.push(payload.subarray(at, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}
