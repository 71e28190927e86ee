/**
 * The record stream of an attempt (file `records`): what the guest observed, in order.
 * Layout, all little endian: magic `ESPALIER`, u32 schema version, u32 zero; then frames of
 * u32 payload length, u16 type, u16 host index (0xffff: the lab), u64 virtual ns since 1970,
 * u32 sequence (from 0), payload. A torn tail (a frame cut short) means the lab ended
 * without saying so; all frames before it are valid. See docs/run-format.md.
 */
export const recordMagic = 'ESPALIER';
export const recordVersion = 1;
export const frameHeaderSize = 20;
export const labHost = 0xffff;
/** Frames of one attempt. Labs of a day write thousands; a file of empty frames would fill the memory. */
export const mostFrames = 250_000;

/** Frame types. Numbers are part of the stored format: never reuse one. */
export const recordType = {
  /** Host names in index order, newline separated. First frame. */
  hosts: 1,
  /** A line is typed: u32 step index, bytes of the line without newline. */
  commandBegin: 2,
  /** Bytes read from a host's terminal. */
  output: 3,
  /** The prompt came back: i32 exit status, bytes of the working directory. */
  commandEnd: 4,
  /** One XFRM netlink message as multicast by the kernel. */
  xfrmEvent: 5,
  /** All SAs of a host (concatenated XFRM_MSG_NEWSA messages), written when changed. */
  xfrmStates: 6,
  /** All policies of a host (concatenated XFRM_MSG_NEWPOLICY messages), written when changed. */
  xfrmPolicies: 7,
  /** Something went wrong in the lab: `word detail` (see troubleWords). */
  trouble: 8,
  /** A step file was worked off: u32 its number. */
  stepEnd: 9,
  /** Last frame of a lab that ended in order. */
  labEnd: 10,
  /** The post-mortem of a host begins (u8 1) or has ended (u8 0). */
  postMortem: 11,
  /** As `xfrmEvent`, behind the moment at which the kernel made the message: u64 virtual ns since 1970. */
  xfrmEventMade: 12,
  /**
   * A process of a host was ended by a signal, or a daemon (no terminal; a child of the host's first process, or
   * half a second old) ended: u32 its number and u32 its parent's as the host sees them, u32 wait status,
   * u32 flags of its accounting record (acct(5)), bytes of its name.
   */
  death: 13,
  /** The wall clock of all hosts was set: i64 ns by which it is off from the lab's now. */
  clockSet: 14,
  /** What was counted until the end, for the captures and records to be held against: lines of `WORD NAME KEY=NUMBER…`. */
  books: 15,
  /** u64 ns since the kernel's boot, whose log counts from there. */
  uptime: 16,
  /** A frame of a fault rule: u32 the rule's number, u8 its fate (`fates` of src/model/faults.ts), u8 index of the link, u16 zero, the frame. */
  fault: 17,
  /** u64 ns by which XFRM events and the frames of captures are recorded late at most. Absent: the lab's own kernel records them. */
  lateness: 18,
  /** A table of a host without an agent, as a command of its system lists it: the command, a newline, its output. Written when changed. */
  listing: 19,
} as const;

/**
 * First word of a `trouble` frame. A `note` is a remark that costs the lab nothing, `lost` tells of evidence that is gone;
 * the lab goes on after both. The others end it.
 */
export const troubleWords = ['timeout', 'flood', 'shell-exit', 'setup', 'agent', 'note', 'lost'] as const;
export type TroubleWord = (typeof troubleWords)[number];
/** Those that end a lab. */
export type SevereWord = Exclude<TroubleWord, 'note' | 'lost'>;

/** Whether trouble of this word ends its lab; that of a later version's word does. */
export function endsLab(word: TroubleWord | undefined): word is SevereWord | undefined {
  return word !== 'note' && word !== 'lost';
}

/** One frame. */
export interface LabRecord {
  readonly type: number;
  /** Index into the `hosts` frame; `labHost` for the lab itself. */
  readonly host: number;
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** The frames of a stretch of bytes. */
export interface FrameRun {
  readonly records: readonly LabRecord[];
  /** Offset behind the last frame: of what is cut short, out of sequence, or not there. */
  readonly end: number;
  /** Why the whole frame at `end` does not count: it is out of sequence, or one too many. */
  readonly problem?: string;
}

/** Where frames begin. */
export interface FrameStart {
  /** Offset of the first one. */
  readonly at?: number;
  /** Its sequence number. */
  readonly sequence?: number;
}

/** Reads whole frames as long as their sequence numbers go on by one. Payloads are views into the bytes. */
export function frames(bytes: Uint8Array, { at = 0, sequence = 0 }: FrameStart = {}): FrameRun {
  const view = viewOf(bytes);
  const records: LabRecord[] = [];
  let end = at;
  for (let record = read(view, end); record !== undefined; record = read(view, end)) {
    const expected = sequence + records.length;
    if (expected >= mostFrames) return { records, end, problem: `there are more than ${mostFrames} frames` };
    if (record.sequence !== expected) {
      return { records, end, problem: `frame ${expected} calls itself number ${record.sequence}` };
    }
    records.push(record);
    end += frameHeaderSize + record.payload.length;
  }
  return { records, end };
}

/** The frame that ends where the bytes end and has a payload of this size; `undefined`: they do not end so. */
export function lastFrame(bytes: Uint8Array, payload: number): LabRecord | undefined {
  const at = bytes.length - frameHeaderSize - payload;
  const record = at < 0 ? undefined : read(viewOf(bytes), at);
  return record?.payload.length === payload ? record : undefined;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function read(view: DataView, at: number): LabRecord | undefined {
  const start = at + frameHeaderSize;
  if (start > view.byteLength) return undefined;
  const length = view.getUint32(at, true);
  if (start + length > view.byteLength) return undefined;
  return {
    type: view.getUint16(at + 4, true),
    host: view.getUint16(at + 6, true),
    time: view.getBigUint64(at + 8, true),
    sequence: view.getUint32(at + 16, true),
    payload: new Uint8Array(view.buffer, view.byteOffset + start, length),
  };
}
