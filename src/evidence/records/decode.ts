import { type LabRecord, recordType, type TroubleWord, troubleWords } from './record.ts';

/** What a frame says. `unknown`: its type is one of a later version, or its payload is too short for its type. */
export type Decoded =
  | { readonly type: 'hosts'; readonly hosts: readonly string[] }
  /** `step`: index into the plan's steps; `undefined` for the post-mortem. */
  | { readonly type: 'commandBegin'; readonly step: number | undefined; readonly line: string }
  | { readonly type: 'output'; readonly bytes: Uint8Array }
  | { readonly type: 'commandEnd'; readonly status: number; readonly cwd: string }
  /** Netlink, for src/evidence/xfrm. */
  | { readonly type: 'xfrmEvent' | 'xfrmStates' | 'xfrmPolicies'; readonly messages: Uint8Array }
  /** `word`: `undefined` for one of a later version. */
  | { readonly type: 'trouble'; readonly word: TroubleWord | undefined; readonly text: string }
  | { readonly type: 'stepEnd'; readonly order: number }
  | { readonly type: 'labEnd' }
  | { readonly type: 'postMortem'; readonly begins: boolean }
  | { readonly type: 'unknown' };

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
  trouble: (payload) => {
    const text = textOf(payload);
    const [first] = text.split(' ', 1);
    return { type: 'trouble', word: troubleWords.find((word) => word === first), text };
  },
  stepEnd: (payload) => (payload.length < 4 ? unknown : { type: 'stepEnd', order: numberOf(payload) >>> 0 }),
  labEnd: () => ({ type: 'labEnd' }),
  postMortem: ([begins]) => (begins === undefined ? unknown : { type: 'postMortem', begins: begins !== 0 }),
};

const unknown: Decoded = { type: 'unknown' };

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

function numberOf({ buffer, byteOffset, byteLength }: Uint8Array): number {
  return new DataView(buffer, byteOffset, byteLength).getInt32(0, true);
}
