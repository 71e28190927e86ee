import { frameHeaderSize, recordType } from '../../src/transcript/record.ts';

/** One typed command as the records tell it. */
export interface Command {
  readonly host: string;
  readonly line: string;
  output: string;
  status?: number;
  /** Virtual time it took. */
  ns?: bigint;
}

/** A deliberately plain second reading of the format, independent of the one in src/transcript. */
export function readCommands(bytes: Buffer): Command[] {
  const commands: Command[] = [];
  let hosts: string[] = [];
  let begun = 0n;
  for (let at = 16; at + frameHeaderSize <= bytes.length; ) {
    const next = at + frameHeaderSize + bytes.readUInt32LE(at);
    if (next > bytes.length) break;
    const type = bytes.readUInt16LE(at + 4);
    const host = hosts[bytes.readUInt16LE(at + 6)] ?? '?';
    const time = bytes.readBigUInt64LE(at + 8);
    const payload = bytes.subarray(at + frameHeaderSize, next);
    const open = commands.at(-1);
    if (type === recordType.hosts) hosts = payload.toString().split('\n');
    if (type === recordType.commandBegin) {
      commands.push({ host, line: payload.toString('utf8', 4), output: '' });
      begun = time;
    }
    if (type === recordType.output && open !== undefined) open.output += payload.toString('latin1');
    if (type === recordType.commandEnd && open !== undefined) {
      open.status = payload.readInt32LE(0);
      open.ns = time - begun;
    }
    at = next;
  }
  return commands;
}
