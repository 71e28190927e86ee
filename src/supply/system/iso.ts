import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** A file on a CD: its bytes, or those of a file of this machine. */
export interface CdFile {
  /** As level 1 of ISO 9660 has it: `TREE.IMG`. */
  readonly name: string;
  readonly content: Uint8Array | { readonly file: string; readonly size: number };
}

const sector = 2048;
/** Behind the system area, which belongs to no file system. */
const places = { volume: 16, boot: 17, end: 18, pathTable: 19, pathTableBig: 20, root: 21, catalog: 22, files: 23 };
/** The program that the BIOS loads is told there where it lies (isolinux: `iso9660 boot information table`). */
const informationAt = 8;
const informationEnd = 64;
/** What the BIOS loads of it, in its own sectors of 512 bytes; it loads the rest itself. */
const loadedSectors = 4;

interface Placed extends CdFile {
  readonly at: number;
  readonly size: number;
}

/** Writes a CD of some files in one folder, that the BIOS starts by the first of them (ISO 9660, El Torito without emulation). */
export function writeCd(out: string, files: readonly [CdFile, ...CdFile[]]): void {
  let at = places.files;
  const placed = files.map((file): Placed => {
    const size = file.content instanceof Uint8Array ? file.content.length : file.content.size;
    const here = at;
    at += sectorsOf(size);
    return { ...file, at: here, size };
  });
  const disk = openSync(out, 'w');
  try {
    writeSync(disk, head(placed, at), 0, undefined, 0);
    for (const [index, file] of placed.entries()) copy(disk, index === 0 ? informed(file) : file);
    // The last file fills its sector.
    writeSync(disk, Buffer.alloc(1), 0, 1, at * sector - 1);
  } finally {
    closeSync(disk);
  }
}

function sectorsOf(size: number): number {
  return Math.max(1, Math.ceil(size / sector));
}

function copy(disk: number, { content, at, size }: Placed): void {
  if (content instanceof Uint8Array) {
    writeSync(disk, content, 0, size, at * sector);
    return;
  }
  const source = openSync(content.file, 'r');
  const bytes = Buffer.alloc(1 << 20);
  for (let done = 0; done < size; ) {
    const count = readSync(source, bytes, 0, bytes.length, done);
    if (count === 0) break;
    writeSync(disk, bytes, 0, count, at * sector + done);
    done += count;
  }
  closeSync(source);
}

/** The program with the table that says where it lies. */
function informed(file: Placed): Placed {
  if (!(file.content instanceof Uint8Array)) return file;
  const bytes = Buffer.from(file.content);
  const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  let sum = 0;
  for (let at = informationEnd; at < padded.length; at += 4) sum = (sum + padded.readUInt32LE(at)) >>> 0;
  for (const [index, value] of [places.volume, file.at, bytes.length, sum].entries())
    bytes.writeUInt32LE(value, informationAt + 4 * index);
  return { ...file, content: bytes };
}

function head(files: readonly Placed[], sectors: number): Buffer {
  const bytes = Buffer.alloc(places.files * sector);
  const part = (at: number): Buffer => bytes.subarray(at * sector, (at + 1) * sector);
  volume(part(places.volume), sectors);
  descriptor(part(places.boot), 0).write('EL TORITO SPECIFICATION', 7, 'latin1');
  part(places.boot).writeUInt32LE(places.catalog, 0x47);
  descriptor(part(places.end), 255);
  pathTable(part(places.pathTable)).writeUInt32LE(places.root, 2);
  pathTable(part(places.pathTableBig)).writeUInt32BE(places.root, 2);
  part(places.pathTable).writeUInt16LE(1, 6);
  part(places.pathTableBig).writeUInt16BE(1, 6);
  const folder = { at: places.root, size: sector };
  const entries = [
    entry('\0', folder, true),
    entry('\x01', folder, true),
    // In the order of their names (ECMA-119, 9.3).
    ...[...files].sort((a, b) => (a.name < b.name ? -1 : 1)).map((file) => entry(`${file.name};1`, file)),
  ];
  Buffer.concat(entries).copy(part(places.root));
  catalog(part(places.catalog), files[0]?.at ?? 0);
  return bytes;
}

function descriptor(bytes: Buffer, type: number): Buffer {
  bytes.writeUInt8(type, 0);
  bytes.write('CD001\x01', 1, 'latin1');
  return bytes;
}

/** The primary volume descriptor (ECMA-119, 8.4). */
function volume(bytes: Buffer, sectors: number): void {
  descriptor(bytes, 1);
  bytes.fill(' ', 8, 72).write('ESPALIER', 40, 'latin1');
  both32(bytes, 80, sectors);
  both16(bytes, 120, 1);
  both16(bytes, 124, 1);
  both16(bytes, 128, sector);
  both32(bytes, 132, 10);
  bytes.writeUInt32LE(places.pathTable, 140);
  bytes.writeUInt32BE(places.pathTableBig, 148);
  entry('\0', { at: places.root, size: sector }, true).copy(bytes, 156);
  bytes.fill(' ', 190, 813).fill('0', 813, 881);
  for (const end of [829, 846, 863, 880]) bytes.writeUInt8(0, end);
  bytes.writeUInt8(1, 881);
}

/** Of the root, which is its own parent (ECMA-119, 9.4). */
function pathTable(bytes: Buffer): Buffer {
  bytes.writeUInt8(1, 0);
  return bytes;
}

/** An entry of a folder (ECMA-119, 9.1). */
function entry(name: string, { at, size }: Pick<Placed, 'at' | 'size'>, isFolder = false): Buffer {
  const length = 33 + name.length + ((name.length + 1) % 2);
  const bytes = Buffer.alloc(length);
  bytes.writeUInt8(length, 0);
  both32(bytes, 2, at);
  both32(bytes, 10, size);
  // 1 January 1970: years since 1900, month, day.
  bytes.set([70, 1, 1], 18);
  bytes.writeUInt8(isFolder ? 2 : 0, 25);
  both16(bytes, 28, 1);
  bytes.writeUInt8(name.length, 32);
  bytes.write(name, 33, 'latin1');
  return bytes;
}

/** Which program the BIOS loads (El Torito, 2.0). */
function catalog(bytes: Buffer, program: number): void {
  bytes.writeUInt8(1, 0); // validation entry, for the platform x86
  bytes.writeUInt16LE(0xaa55, 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += bytes.readUInt16LE(at);
  bytes.writeUInt16LE(-sum & 0xffff, 28);
  bytes.writeUInt8(0x88, 32); // bootable
  bytes.writeUInt16LE(loadedSectors, 38);
  bytes.writeUInt32LE(program, 40);
}

function both16(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}

function both32(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}
