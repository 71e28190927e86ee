import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCd } from '../../../../src/supply/system/iso.ts';

const sector = 2048;

/** Files of the root folder as ECMA-119 (9.1) describes them: name → bytes. */
function filesOn(cd: Buffer): Map<string, Buffer> {
  const volume = cd.subarray(16 * sector, 17 * sector);
  assert.equal(volume.toString('latin1', 0, 7), '\x01CD001\x01');
  const root = volume.subarray(156);
  const folder = cd.subarray(root.readUInt32LE(2) * sector, root.readUInt32LE(2) * sector + root.readUInt32LE(10));
  const found = new Map<string, Buffer>();
  for (let at = 0; folder.readUInt8(at) !== 0; at += folder.readUInt8(at)) {
    const entry = folder.subarray(at);
    assert.equal(entry.readUInt32LE(2), entry.readUInt32BE(6), 'both byte orders');
    const start = entry.readUInt32LE(2) * sector;
    const name = entry.toString('latin1', 33, 33 + entry.readUInt8(32));
    found.set(name, cd.subarray(start, start + entry.readUInt32LE(10)));
  }
  return found;
}

test('a CD holds its files, and the BIOS starts the first one, which is told where it lies', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-iso-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const large = Buffer.alloc(3 * 1024 * 1024 + 5, 'tree');
  writeFileSync(join(dir, 'tree'), large);
  const program = Buffer.from(Array.from({ length: 3001 }, (_, index) => index & 0xff));
  const out = join(dir, 'cd.iso');
  writeCd(out, [
    { name: 'START.BIN', content: program },
    { name: 'TREE.IMG', content: { file: join(dir, 'tree'), size: large.length } },
    { name: 'A.CFG', content: Buffer.from('hello') },
    { name: 'EMPTY', content: new Uint8Array() },
  ]);
  const cd = readFileSync(out);
  const files = filesOn(cd);
  assert.deepEqual([...files.keys()].slice(2), ['A.CFG;1', 'EMPTY;1', 'START.BIN;1', 'TREE.IMG;1']);
  assert.ok(files.get('TREE.IMG;1')?.equals(large));
  assert.equal(files.get('A.CFG;1')?.toString(), 'hello');
  assert.equal(files.get('EMPTY;1')?.length, 0);
  assert.equal(cd.length % sector, 0);
  // Its size in sectors, as the volume says it.
  assert.equal(cd.readUInt32LE(16 * sector + 80) * sector, cd.length);

  // El Torito, 2.0: the boot record names the catalog, and that the program.
  const catalog = cd.subarray(cd.readUInt32LE(17 * sector + 0x47) * sector);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += catalog.readUInt16LE(at);
  assert.equal(sum & 0xffff, 0);
  const place = catalog.readUInt32LE(40);
  const started = cd.subarray(place * sector, place * sector + program.length);
  assert.ok(started.subarray(0, 8).equals(program.subarray(0, 8)));
  assert.ok(started.subarray(64).equals(program.subarray(64)));
  const words = [0, 1, 2, 3].map((index) => started.readUInt32LE(8 + 4 * index));
  const padded = Buffer.concat([program, Buffer.alloc(3)]);
  let total = 0;
  for (let at = 64; at < padded.length; at += 4) total = (total + padded.readUInt32LE(at)) % 2 ** 32;
  assert.deepEqual(words, [16, place, program.length, total]);
});
