import { Bytes } from '../../base/bytes.ts';
import type { XfrmEvent } from '../ipsec.ts';
import { decode } from '../records/decode.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { readXfrmMessage } from '../xfrm/event.ts';
import type { Moment } from './lives.ts';

/** One thing that the kernel said. */
export interface Change extends Moment {
  readonly event: XfrmEvent;
  /** `time` is when the kernel made it. Else it is later by what recording took. */
  readonly exact: boolean;
}

/** Whether a record holds an event of the kernel's XFRM. */
export function isEvent({ type }: LabRecord): boolean {
  return type === recordType.xfrmEvent || type === recordType.xfrmEventMade;
}

/** What such a record says. Raises `malformed`. */
export function readEvent(record: LabRecord): Change {
  const said = decode(record);
  if (said.type !== 'xfrmEvent') throw new Bytes(record.payload, 'XFRM event').malformed('is shorter than its time');
  const { made, messages } = said;
  const moment = { time: made ?? record.time, sequence: record.sequence };
  return { ...moment, event: readXfrmMessage(messages), exact: made !== undefined };
}
