import { hex } from '../base/bytes.ts';
import { EspalierError } from '../base/errors.ts';
import { type LabRecord, recordType } from '../evidence/records/record.ts';
import { policyDumpReader, saDumpReader } from '../evidence/xfrm/dump-reader.ts';
import { readXfrmMessage } from '../evidence/xfrm/event.ts';

const names = new Map(Object.entries(recordType).map(([name, number]) => [number as number, name]));

/** Name of a frame's type. */
export function typeName({ type }: LabRecord): string {
  return names.get(type) ?? `type ${type}`;
}

type Teller = (payload: Uint8Array) => string;

const text: Teller = (payload) => new TextDecoder().decode(payload);

/** Types whose payload begins with a number. */
const numberedText =
  (tell: (number: number, rest: string) => string): Teller =>
  (payload) => {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    return tell(view.getInt32(0, true), text(payload.subarray(4)));
  };

const tellers: Readonly<Record<number, Teller>> = {
  [recordType.hosts]: text,
  [recordType.commandBegin]: numberedText((_, line) => line),
  [recordType.output]: text,
  [recordType.commandEnd]: numberedText((status, cwd) => `exit status ${status} in ${cwd}`),
  [recordType.xfrmEvent]: (payload) => fields(readXfrmMessage(payload)),
  [recordType.xfrmStates]: (payload) => fields(saDumpReader().read(payload)),
  [recordType.xfrmPolicies]: (payload) => fields(policyDumpReader().read(payload)),
  [recordType.trouble]: text,
};

/** What a frame says, for people: one or more lines. What cannot be decoded comes as hexadecimal digits. */
export function recordText({ type, payload }: LabRecord): string {
  try {
    return tellers[type]?.(payload) ?? digits(payload);
  } catch (error) {
    if (error instanceof EspalierError || error instanceof RangeError) return digits(payload);
    throw error;
  }
}

const bytesPerLine = 32;

function digits(payload: Uint8Array): string {
  const count = Math.ceil(payload.length / bytesPerLine);
  const lines = Array.from({ length: count }, (_, line) => line * bytesPerLine);
  return lines.map((at) => hex(payload.subarray(at, at + bytesPerLine))).join('\n');
}

/** One line per field. */
function fields(value: unknown): string {
  const plain = (_: string, one: unknown): unknown => {
    if (typeof one === 'bigint') return String(one);
    return one instanceof Uint8Array ? hex(one) : one;
  };
  return JSON.stringify(value, plain, 1);
}

const linesShown = 3;

/**
 * Lines of two texts around the first that differs: the one before it and it and what follows, a few. `…` stands for what
 * is left out in front.
 */
export function firstDifference(one: string, other: string): { readonly one: string[]; readonly other: string[] } {
  const [a, b] = [one.split('\n'), other.split('\n')];
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  const equal = at === a.length && at === b.length;
  const start = equal ? 0 : Math.max(0, at - 1);
  const shown = (lines: readonly string[]): string[] => [
    ...(start > 0 ? ['…'] : []),
    ...lines.slice(start, start + linesShown),
  ];
  return { one: shown(a), other: shown(b) };
}
