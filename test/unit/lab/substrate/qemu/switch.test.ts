import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCapture } from '../../../../../src/evidence/capture/reader.ts';
import { CaptureFile } from '../../../../../src/lab/substrate/qemu/capture-file.ts';
import { EvidenceWriter } from '../../../../../src/lab/substrate/qemu/quota.ts';
import { LinkSwitch, type Port } from '../../../../../src/lab/substrate/qemu/switch.ts';

/** A link with some hosts; what each got, as text behind the addresses. */
function linkOf(...hosts: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-switch-'));
  const file = join(dir, 'l.pcapng');
  let now = 1_800_000_000_000_000_000n;
  const link = new LinkSwitch(new CaptureFile(file, 'l', new EvidenceWriter()), () => now++);
  const got: string[] = [];
  const ports = hosts.map(
    (host): Port => ({ host, send: (frame) => got.push(`${host} ${frame.toString('latin1', 14)}`) }),
  );
  for (const port of ports) link.plug(port);
  return { dir, file, link, got, ports };
}

const macs: Readonly<Record<string, string>> = {
  a: '0200000000aa',
  b: '0200000000bb',
  c: '0200000000cc',
  all: 'ffffffffffff',
};

function frame(to: string, from: string, text: string): Buffer {
  return Buffer.concat([Buffer.from(`${macs[to]}${macs[from]}0800`, 'hex'), Buffer.from(text)]);
}

test('a frame goes to all until its receiver was seen, then to that one only, and never back', (t) => {
  const { dir, file, link, got, ports } = linkOf('a', 'b', 'c');
  t.after(() => rmSync(dir, { recursive: true }));
  const [a, b] = ports as [Port, Port, Port];
  link.take(a, frame('b', 'a', 'who'));
  link.take(b, frame('a', 'b', 'me'));
  link.take(a, frame('b', 'a', 'fine'));
  link.take(a, frame('all', 'a', 'everybody'));
  link.take(b, frame('b', 'b', 'myself'));
  assert.deepEqual(got, ['b who', 'c who', 'a me', 'b fine', 'b everybody', 'c everybody']);
  link.flush();
  const [capture] = readCapture(readFileSync(file)).interfaces;
  assert.equal(capture?.name, 'l');
});

test('a rule may take a frame, and what it puts on the link has an interface of its own in the capture', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-switch-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'l.pcapng');
  const got: string[] = [];
  const link = new LinkSwitch(
    new CaptureFile(file, 'l', new EvidenceWriter()),
    () => 1n,
    (_from, one) => one.toString('latin1', 14) === 'taken',
  );
  const ports = ['a', 'b'].map(
    (host): Port => ({ host, send: (one) => got.push(`${host} ${one.toString('latin1', 14)}`) }),
  );
  for (const port of ports) link.plug(port);
  const [a] = ports as [Port, Port];
  link.take(a, frame('b', 'a', 'taken'));
  link.take(a, frame('b', 'a', 'fine'));
  link.put(frame('b', 'a', 'put'), 'a');
  link.put(frame('all', 'a', 'made'), undefined);
  link.flush();
  assert.deepEqual(got, ['b fine', 'b put', 'a made', 'b made']);
  const { interfaces, packets } = readCapture(readFileSync(file));
  assert.deepEqual(
    interfaces.map(({ name }) => name),
    ['l', 'l faults'],
  );
  assert.deepEqual(
    packets.map(({ interface: number }) => number),
    [0, 0, 1, 1],
  );
});

test('every frame is captured as it came, with its time, whatever becomes of it', (t) => {
  const { dir, file, link, ports } = linkOf('a', 'b');
  t.after(() => rmSync(dir, { recursive: true }));
  const [a] = ports as [Port, Port];
  const sent = Array.from({ length: 2000 }, (_, n) => frame(n % 3 === 0 ? 'all' : 'b', 'a', `number ${n}`));
  for (const one of sent) link.take(a, one);
  link.take(a, Buffer.from('short'));
  link.flush();
  const { packets } = readCapture(readFileSync(file));
  assert.equal(packets.length, 2001);
  for (const [n, one] of sent.entries()) assert.ok(one.equals(Buffer.from(packets[n]?.frame ?? [])), `frame ${n}`);
  const times = packets.map(({ time }) => time);
  assert.deepEqual(
    times,
    times.map((_, n) => 1_800_000_000_000_000_000n + BigInt(n)),
  );
});
