import { type Fate, fates } from '../../model/faults.ts';
import { type LabRecord, recordType, type TroubleWord, troubleWords } from './record.ts';

/** What a frame says. `unknown`: its type is one of a later version, or its payload is too short for its type. */
export type Decoded =
  | { readonly type: 'hosts'; readonly hosts: readonly string[] }
  /** `step`: index into the plan's steps; `undefined` for the post-mortem. */
  | { readonly type: 'commandBegin'; readonly step: number | undefined; readonly line: string }
  | { readonly type: 'output'; readonly bytes: Uint8Array }
  | { readonly type: 'commandEnd'; readonly status: number; readonly cwd: string }
  /** Netlink, for src/evidence/xfrm. `made`: when the kernel made it, virtual ns since 1970; absent: some time before it was recorded. */
  | { readonly type: 'xfrmEvent'; readonly messages: Uint8Array; readonly made?: bigint }
  | { readonly type: 'xfrmStates' | 'xfrmPolicies'; readonly messages: Uint8Array }
  /** `word`: `undefined` for one of a later version. */
  | { readonly type: 'listing'; readonly text: string }
  | { readonly type: 'trouble'; readonly word: TroubleWord | undefined; readonly text: string }
  | { readonly type: 'stepEnd'; readonly order: number }
  | { readonly type: 'labEnd' }
  | { readonly type: 'postMortem'; readonly begins: boolean }
  | ({ readonly type: 'death' } & RecordedDeath)
  /** `offset`: wall clock of the hosts less the lab's, ns. */
  | { readonly type: 'clockSet'; readonly offset: bigint }
  | { readonly type: 'books'; readonly lines: readonly string[] }
  /** ns since the kernel's boot. */
  | { readonly type: 'uptime'; readonly uptime: bigint }
  | ({ readonly type: 'fault' } & RecordedFault)
  /** ns by which what is recorded is late at most. */
  | { readonly type: 'lateness'; readonly lateness: bigint }
  | { readonly type: 'unknown' };

/** What became of one frame by a fault rule, or one that was put on a link. */
export interface RecordedFault {
  /** Number of the rule; 0: none. */
  readonly rule: number;
  readonly fate: Fate;
  /** Index of the link in the topology. */
  readonly link: number;
  readonly frame: Uint8Array;
}

/** A process that a signal ended, or a daemon that ended. Numbers are those of the host's namespace. */
export interface RecordedDeath {
  readonly pid: number;
  readonly parent: number;
  /** 0: it ended by itself. */
  readonly signal: number;
  /** Where it ended by itself. */
  readonly status: number;
  /** The kernel was asked for a core file. */
  readonly core: boolean;
  /** It never called exec(): the name is its parent's. */
  readonly forked: boolean;
  /** At most 15 bytes of the program's name. */
  readonly program: string;
}

type TypeName = keyof typeof recordType;

/** Step index that the guest gives to the post-mortem command. */
export const postMortemStep = 0xffffffff;

const decoders: { readonly [T in TypeName]: (payload: Uint8Array) => Decoded } = {
  hosts: (payload) => ({ type: 'hosts', hosts: textOf(payload).split('\n') }),
  commandBegin: (payload) => {
    if (payload.length < 4) return unknown;
    const step = numberOf(payload) >>> 0;
    const line = textOf(payload.subarray(4));
    return { type: 'commandBegin', step: step === postMortemStep ? undefined : step, line };
  },
  output: (bytes) => ({ type: 'output', bytes }),
  commandEnd: (payload) => {
    if (payload.length < 4) return unknown;
    return { type: 'commandEnd', status: numberOf(payload), cwd: textOf(payload.subarray(4)) };
  },
  xfrmEvent: (messages) => ({ type: 'xfrmEvent', messages }),
  xfrmStates: (messages) => ({ type: 'xfrmStates', messages }),
  xfrmPolicies: (messages) => ({ type: 'xfrmPolicies', messages }),
  listing: (payload) => ({ type: 'listing', text: textOf(payload) }),
  trouble: (payload) => {
    const text = textOf(payload);
    const [first] = text.split(' ', 1);
    return { type: 'trouble', word: troubleWords.find((word) => word === first), text };
  },
  stepEnd: (payload) => (payload.length < 4 ? unknown : { type: 'stepEnd', order: numberOf(payload) >>> 0 }),
  labEnd: () => ({ type: 'labEnd' }),
  xfrmEventMade: (payload) =>
    payload.length < 8
      ? unknown
      : { type: 'xfrmEvent', made: viewOf(payload).getBigUint64(0, true), messages: payload.subarray(8) },
  death: (payload) => {
    if (payload.length < 16) return unknown;
    const view = viewOf(payload);
    const [status, flags] = [view.getUint32(8, true), view.getUint32(12, true)] as const;
    return {
      type: 'death',
      pid: view.getUint32(0, true),
      parent: view.getUint32(4, true),
      signal: status & 0x7f,
      status: (status >> 8) & 0xff,
      core: (status & 0x80) !== 0 || (flags & accounted.core) !== 0,
      forked: (flags & accounted.forked) !== 0,
      program: textOf(payload.subarray(16)),
    };
  },
  clockSet: (payload) =>
    payload.length < 8 ? unknown : { type: 'clockSet', offset: viewOf(payload).getBigInt64(0, true) },
  books: (payload) => ({ type: 'books', lines: textOf(payload).split('\n').filter(Boolean) }),
  uptime: (payload) =>
    payload.length < 8 ? unknown : { type: 'uptime', uptime: viewOf(payload).getBigUint64(0, true) },
  fault: (payload) => {
    const [fate, link] = [fateNames.get(payload[4] ?? 0), payload[5] ?? 0];
    if (payload.length < 8 || fate === undefined) return unknown;
    return { type: 'fault', rule: viewOf(payload).getUint32(0, true), fate, link, frame: payload.subarray(8) };
  },
  lateness: (payload) =>
    payload.length < 8 ? unknown : { type: 'lateness', lateness: viewOf(payload).getBigUint64(0, true) },
  postMortem: ([begins]) => (begins === undefined ? unknown : { type: 'postMortem', begins: begins !== 0 }),
};

const fateNames = new Map(Object.entries(fates).map(([name, number]) => [number as number, name as Fate] as const));

const unknown: Decoded = { type: 'unknown' };

/** Flags of an accounting record (include/uapi/linux/acct.h: AFORK, ACORE). */
const accounted = { forked: 0x01, core: 0x08 };

const byNumber = new Map(
  Object.entries(recordType).map(([name, number]) => [number as number, name as TypeName] as const),
);

/** What a frame says, by its type. Never throws: text that is not UTF-8 comes with U+FFFD in it. */
export function decode({ type, payload }: LabRecord): Decoded {
  const name = byNumber.get(type);
  return name === undefined ? unknown : decoders[name](payload);
}

/** Name of a frame's type, for people. */
export function typeName({ type }: LabRecord): string {
  return byNumber.get(type) ?? `type ${type}`;
}

const utf8 = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function numberOf(bytes: Uint8Array): number {
  return viewOf(bytes).getInt32(0, true);
}
