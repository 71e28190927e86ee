import { hex } from '../base/bytes.ts';
import { EspalierError } from '../base/errors.ts';
import { type Decoded, decode } from '../evidence/records/decode.ts';
import type { LabRecord } from '../evidence/records/record.ts';
import { policyDumpReader, saDumpReader } from '../evidence/xfrm/dump-reader.ts';
import { readXfrmMessage } from '../evidence/xfrm/event.ts';

/** What a frame says, for people: one or more lines. What cannot be decoded comes as hexadecimal digits. */
export function recordText(record: LabRecord): string {
  try {
    return told(decode(record)) ?? digits(record.payload);
  } catch (error) {
    if (error instanceof EspalierError || error instanceof RangeError) return digits(record.payload);
    throw error;
  }
}

/** Undefined for what has no words of its own. */
function told(said: Decoded): string | undefined {
  switch (said.type) {
    case 'hosts':
      return said.hosts.join('\n');
    case 'commandBegin':
      return said.line;
    case 'output':
      return new TextDecoder().decode(said.bytes);
    case 'commandEnd':
      return `exit status ${said.status} in ${said.cwd}`;
    case 'xfrmEvent':
      return fields(readXfrmMessage(said.messages));
    case 'xfrmStates':
      return fields(saDumpReader().read(said.messages));
    case 'xfrmPolicies':
      return fields(policyDumpReader().read(said.messages));
    case 'listing':
    case 'trouble':
      return said.text;
    case 'death':
      return deathText(said);
    case 'clockSet':
      return `the hosts' clock is off by ${said.offset} ns`;
    case 'books':
      return said.lines.join('\n');
    case 'uptime':
      return `${said.uptime} ns since the boot`;
    default:
      return undefined;
  }
}

function deathText({ program, pid, parent, signal, status, core }: Extract<Decoded, { type: 'death' }>): string {
  const how =
    signal === 0 ? `ended with status ${status}` : `was ended by signal ${signal}${core ? ' with a core' : ''}`;
  return `${program} (process ${pid} of ${parent}) ${how}`;
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
export function differingLines(one: string, other: string): { readonly one: string[]; readonly other: string[] } {
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
