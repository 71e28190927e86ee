import { frameHeaderSize, recordType } from '../../src/evidence/records/record.ts';

/** One typed command as the records tell it. */
export interface Command {
  readonly host: string;
  readonly line: string;
  output: string;
  status?: number;
  /** The shell's directory after it. */
  cwd?: string;
  /** Virtual time it took. */
  ns?: bigint;
}

/** A deliberately plain second reading of the format, independent of the one in src/evidence/records. */
export function readCommands(bytes: Buffer): Command[] {
  const commands: Command[] = [];
  const open = new Map<string, Command & { readonly begun: bigint }>();
  /** Words of background jobs between two commands of a host. */
  const early = new Map<string, string>();
  let hosts: string[] = [];
  for (let at = 16; at + frameHeaderSize <= bytes.length; ) {
    const next = at + frameHeaderSize + bytes.readUInt32LE(at);
    if (next > bytes.length) break;
    const type = bytes.readUInt16LE(at + 4);
    const host = hosts[bytes.readUInt16LE(at + 6)] ?? '?';
    const time = bytes.readBigUInt64LE(at + 8);
    const payload = bytes.subarray(at + frameHeaderSize, next);
    const command = open.get(host);
    if (type === recordType.hosts) hosts = payload.toString().split('\n');
    if (type === recordType.commandBegin) {
      const begun = { host, line: payload.toString('utf8', 4), output: early.get(host) ?? '', begun: time };
      early.delete(host);
      open.set(host, begun);
      commands.push(begun);
    }
    if (type === recordType.output) {
      const text = payload.toString('latin1');
      if (command === undefined) early.set(host, (early.get(host) ?? '') + text);
      else command.output += text;
    }
    if (type === recordType.commandEnd && command !== undefined) {
      command.status = payload.readInt32LE(0);
      command.cwd = payload.toString('utf8', 4);
      command.ns = time - command.begun;
      open.delete(host);
    }
    at = next;
  }
  return commands;
}
