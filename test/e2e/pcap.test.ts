import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { writeCapture } from '../../src/evidence/capture/writer.ts';
import { readRecords } from '../../src/evidence/records/reader.ts';
import { packAttempt, unpackAttempt } from '../../src/store/attempt-archive.ts';
import { normal, passing, Sandbox } from './sandbox.ts';

/** A run of the fake substrate, with captures as a lab would have left them: one packet per link after the first command. */
async function captured(box: Sandbox): Promise<string> {
  await box.run();
  const dir = `espalier-runs/${box.runs()[0]}/attempts/libreswan/one/0`;
  await unpackAttempt(join(box.dir, dir));
  box.remove(`${dir}/links`);
  const { records } = readRecords(readFileSync(join(box.dir, dir, 'records')));
  const time = (records.find(({ type }) => type === 2)?.time ?? 0n) + 1n;
  for (const [at, name] of ['192_0_2', '192_0_1'].entries()) {
    const packets = [{ time: time + BigInt(at), frame: Uint8Array.of(at) }];
    box.write(`${dir}/links/${name}.pcapng`, writeCapture({ links: [{ name, packets }] }));
  }
  return dir;
}

test('all links become one capture with the commands in it, and Wireshark gets its folder', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  const dir = await captured(box);
  const { code, stdout, stderr } = await box.espalier('pcap', 'latest', 'libreswan:one');
  assert.equal(code, 0);
  const run = 'espalier-runs/RUN/attempts/libreswan/one/0/derived/links';
  assert.equal(normal(stdout), `WIRESHARK_CONFIG_DIR=${run}.wireshark tshark -r ${run}.pcapng\n`);
  assert.equal(normal(stderr), `${run}.pcapng: packets: 2, links: 2, ESP SAs with keys: 0\n`);
  const capture = readCapture(readFileSync(join(box.dir, dir, 'derived/links.pcapng')));
  assert.deepEqual(
    capture.interfaces.map(({ name }) => name),
    ['192_0_1', '192_0_2'],
  );
  assert.deepEqual(
    capture.packets.map(({ frame }) => frame[0]),
    [0, 1],
  );
  assert.deepEqual(capture.packets[0]?.comments, ['east# echo fine']);
  assert.match(capture.comments[0] ?? '', /^libreswan:one, attempt 0 of run /);
  assert.equal(box.read(`${dir}/derived/links.wireshark/preferences`), 'esp.enable_encryption_decode: TRUE\n');
  assert.equal(box.read(`${dir}/derived/links.wireshark/esp_sa`), '');
});

test('-o names the file and the folder beside it', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  await captured(box);
  const { stdout } = await box.espalier('pcap', 'latest', 'libreswan:one', '-o', 'a b.pcapng');
  assert.equal(stdout, "WIRESHARK_CONFIG_DIR='a b.wireshark' tshark -r 'a b.pcapng'\n");
  assert.ok(existsSync(join(box.dir, 'a b.wireshark/esp_sa')));
});

test('a damaged capture gives what it has, with a warning', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  const dir = await captured(box);
  const file = join(box.dir, dir, 'links/192_0_1.pcapng');
  box.write(`${dir}/links/192_0_1.pcapng`, readFileSync(file).subarray(0, -4));
  const { code, stderr } = await box.espalier('pcap', 'latest', 'libreswan:one', '-o', 'out.pcapng');
  assert.equal(code, 0);
  assert.match(stderr, /^warning: links\/192_0_1: the last block is cut short\nout\.pcapng: packets: 1, links: 2/);
});

test('an attempt without captures and a test that is not there are refused', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  await box.run();
  const dir = `espalier-runs/${box.runs()[0]}/attempts/libreswan/one/0`;
  await unpackAttempt(join(box.dir, dir));
  box.remove(`${dir}/links`);
  const none = await box.espalier('pcap', 'latest', 'libreswan:one');
  assert.match(none.stderr, /libreswan:one has no captures/);
  assert.equal(none.code, 2);
  assert.equal((await box.espalier('pcap', 'latest', 'libreswan:two')).code, 3);
});

test('captures of a packed attempt give the same file, which stays when it is packed again', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  const dir = await captured(box);
  await box.espalier('pcap', 'latest', 'libreswan:one', '-o', 'plain.pcapng');
  await packAttempt(join(box.dir, dir));
  assert.ok(!existsSync(join(box.dir, dir, 'links')));
  assert.equal((await box.espalier('pcap', 'latest', 'libreswan:one')).code, 0);
  await packAttempt(join(box.dir, dir));
  assert.equal(box.read(`${dir}/derived/links.pcapng`), box.read('plain.pcapng'));
});
