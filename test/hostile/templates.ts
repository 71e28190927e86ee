import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { recordType } from '../../src/evidence/records/record.ts';
import { encodeFrame, recordsHeader } from '../../src/evidence/records/writer.ts';
import { writeTar } from '../../src/store/tar.ts';

/** What is made once and put into many runs: special files by hard links, the rest by copies. */
export interface Templates {
  readonly fifo: string;
  readonly socket: string;
  /** Archives and records that are large, strange, or both. */
  readonly contents: readonly string[];
}

/** Makes them in a folder, on the file system of the runs. */
export async function makeTemplates(dir: string): Promise<Templates> {
  mkdirSync(dir, { recursive: true });
  const [fifo, socket] = [join(dir, 'fifo'), join(dir, 'socket')];
  execFileSync('mkfifo', [fifo]);
  await makeSocket(socket, join(dir, 'listening'));
  const contents: Readonly<Record<string, Uint8Array>> = {
    'many.tar.zst': zstdCompressSync(
      writeTar(new Map(Array.from({ length: 30_000 }, (_, at) => [`f${at}`, new Uint8Array()]))),
    ),
    'bomb.tar.zst': zstdCompressSync(Buffer.alloc(300 * 1024 * 1024)),
    'outside.tar.zst': zstdCompressSync(withName('../../../../outside')),
    'absolute.tar.zst': zstdCompressSync(withName('/tmp/outside')),
    'link.tar.zst': zstdCompressSync(asLink(writeTar(new Map([['records', Buffer.from('x')]])))),
    'empty-frames': emptyFrames(600_000),
    'nested.json': Buffer.from('['.repeat(5_000_000)),
    'lists.json': Buffer.from(`[${'[],'.repeat(3_000_000)}0]`),
  };
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(dir, name), bytes);
  return { fifo, socket, contents: Object.keys(contents).map((name) => join(dir, name)) };
}

/** A server that closes removes its socket by the name that it had. */
async function makeSocket(socket: string, listening: string): Promise<void> {
  const server = createServer().listen(listening);
  await new Promise((resolve) => server.once('listening', resolve));
  renameSync(listening, socket);
  await new Promise((resolve) => server.close(resolve));
}

/** An archive whose one file has another name, with the checksum that goes with it. */
function withName(name: string): Buffer {
  const tar = writeTar(new Map([['x'.repeat(name.length), Buffer.from('x')]]));
  tar.write(name, 0);
  return resummed(tar);
}

/** The same with a symbolic link in place of the file. */
function asLink(tar: Buffer): Buffer {
  tar.write('2', 156);
  tar.write('/etc/passwd', 157);
  return resummed(tar);
}

function resummed(tar: Buffer): Buffer {
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}

function emptyFrames(count: number): Buffer {
  const header = recordsHeader();
  const frame = encodeFrame({ type: recordType.output, host: 0, time: 0n }, 0);
  const bytes = Buffer.alloc(header.length + count * frame.length, frame);
  bytes.set(header);
  for (let at = 0; at < count; at += 1) {
    bytes.set(frame, header.length + at * frame.length);
    bytes.writeUInt32LE(at, header.length + at * frame.length + 16);
  }
  return bytes;
}
