import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labHost, recordType } from '../../src/evidence/records/record.ts';
import { type Ran, runLab, skip, withLab } from './lab.ts';

interface Packet {
  readonly time: bigint;
  readonly frame: Buffer;
  readonly length: number;
}

/** A deliberately plain reader of pcapng: the one interface and its packets. */
function readPcapng(bytes: Buffer): { name: string; resolution: number; packets: Packet[] } {
  const packets: Packet[] = [];
  let name = '';
  let resolution = 6;
  for (let at = 0; at < bytes.length; ) {
    const type = bytes.readUInt32LE(at);
    const total = bytes.readUInt32LE(at + 4);
    assert.equal(bytes.readUInt32LE(at + total - 4), total, 'a block says its length twice');
    if (at === 0) assert.equal(type, 0x0a0d0d0a, 'the section header stands first');
    if (type === 1) {
      assert.equal(bytes.readUInt16LE(at + 8), 1, 'Ethernet');
      for (let option = at + 16; bytes.readUInt16LE(option) !== 0; ) {
        const length = bytes.readUInt16LE(option + 2);
        if (bytes.readUInt16LE(option) === 2) name = bytes.toString('utf8', option + 4, option + 4 + length);
        if (bytes.readUInt16LE(option) === 9) resolution = bytes.readUInt8(option + 4);
        option += 4 + Math.ceil(length / 4) * 4;
      }
    }
    if (type === 6) {
      const time = (BigInt(bytes.readUInt32LE(at + 12)) << 32n) + BigInt(bytes.readUInt32LE(at + 16));
      const kept = bytes.readUInt32LE(at + 20);
      packets.push({ time, frame: bytes.subarray(at + 28, at + 28 + kept), length: bytes.readUInt32LE(at + 24) });
    }
    at += total;
  }
  return { name, resolution, packets };
}

function recordsOf(ran: Ran, type: number): string[] {
  return ran.file.records
    .filter((record) => record.type === type)
    .map(
      ({ host, payload }) =>
        `${ran.file.hosts[host]} ${Buffer.from(payload).readUInt16LE(type === recordType.xfrmEventMade ? 12 : 4)}`,
    );
}

const icmp = ({ frame }: Packet): boolean => frame.readUInt16BE(12) === 0x0800 && frame[23] === 1;

test('every frame of a link is captured once, where it was sent, at its time', { skip }, async () => {
  const ran = await runLab(['east: ping -c 3 -s 1000 192.0.2.2', 'west: ping -c 1 192.0.2.99']);
  const capture = readPcapng(ran.captures['l.pcapng'] ?? Buffer.alloc(0));
  assert.deepEqual([capture.name, capture.resolution], ['l', 9]);
  const pings = capture.packets.filter(icmp);
  assert.deepEqual(
    pings.map(({ frame }) => frame[34]),
    [8, 0, 8, 0, 8, 0],
  );
  assert.ok(pings.every(({ frame, length }) => frame.length === 1042 && length === 1042));
  const seconds = pings.map(({ time }) => Number(time / 1_000_000_000n) - 1_800_000_060);
  assert.deepEqual(seconds, [0, 0, 1, 1, 2, 2]);
  const times = capture.packets.map(({ time }) => time);
  assert.ok(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n)));
});

test('frames of a lab that is cut short are kept up to the last command', { skip }, async () => {
  const ran = await runLab(['east: ping -c 3 192.0.2.2', 'east: sleep 500']);
  assert.equal(ran.result.end.word, 'timeout');
  assert.equal(readPcapng(ran.captures['l.pcapng'] ?? Buffer.alloc(0)).packets.filter(icmp).length, 6);
});

const newState = 0x10;
const deletedState = 0x11;
const newPolicy = 0x13;
const expired = 0x18;

test('XFRM events and tables are recorded for the host they happen on', { skip }, async () => {
  const state = 'src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1234';
  const crypto = 'enc "cbc(aes)" 0x00112233445566778899aabbccddeeff';
  const ran = await runLab([
    `west: ip xfrm state add ${state} ${crypto}`,
    'east: ip xfrm policy add src 192.0.2.1 dst 192.0.2.2 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel',
    'west: true',
    `west: ip xfrm state delete dst 192.0.2.2 proto esp spi 0x1234`,
    `west: ip xfrm state add ${state} ${crypto} limit time-hard 7`,
    'west: sleep 10',
  ]);
  assert.ok(ran.commands.every(({ status }) => status === 0));
  const events = [newState, deletedState, newState, expired].map((type) => `west ${type}`);
  assert.deepEqual(
    recordsOf(ran, recordType.xfrmEventMade).filter((text) => text.startsWith('west')),
    events,
  );
  assert.deepEqual(
    recordsOf(ran, recordType.xfrmEventMade).filter((text) => text.startsWith('east')),
    [`east ${newPolicy}`],
  );
  const tables = ran.file.records.filter(({ type }) => type === recordType.xfrmStates);
  assert.deepEqual(
    tables.map(({ payload }) => payload.length > 0),
    [true, false, true, false],
    'written when changed only',
  );
});

test('a file that is cut short is lost evidence, and the lab is completed', { skip }, async () => {
  const big = 'dd if=/dev/zero of=/tmp/big bs=1M count=40 2>/dev/null';
  const ran = await runLab([`east: ${big}`], { change: { collect: ['/tmp/big'], memory: 256 } });
  assert.deepEqual(ran.result.end, { word: 'completed' });
  const notes = ran.file.records.filter(({ type }) => type === recordType.trouble);
  assert.match(
    Buffer.from(notes[0]?.payload ?? []).toString(),
    /^lost file \S+\/tmp\/big: cut short of its 41943040 bytes$/,
  );
});

test('a held lab takes keys, sizes and time, and stands still between', { skip }, async () => {
  const ran = await withLab(['east: echo first'], { hold: true }, async (lab) => {
    const type = (text: string) => ({ kind: 'input', host: 'west', bytes: Buffer.from(text) }) as const;
    await lab.send([
      { kind: 'resize', host: 'west', rows: 40, columns: 132 },
      type('stty size; sleep 2; echo awake\n'),
    ]);
    await lab.send([{ kind: 'advance', ns: 1_000_000_000n }]);
    await lab.send([{ kind: 'advance', ns: 1_500_000_000n }, type('date +%s\n')]);
    lab.rest();
    await lab.send([{ kind: 'interactive', host: 'west' }, type('echo seen\n')]);
    await lab.send([type('sleep 100\n')]);
    await lab.send([type('\x03')]);
    await lab.send([{ kind: 'end' }]);
  });
  assert.deepEqual(ran.result.end, { word: 'completed' });
  const steps = ran.file.records.filter(({ type }) => type === recordType.stepEnd);
  assert.deepEqual(
    steps.map(({ payload, host }) => [Buffer.from(payload).readUInt32LE(0), host]),
    [0, 1, 2, 3, 4, 5, 6].map((number) => [number, labHost]),
  );
  const west = ran.file.records.filter(({ type, host }) => type === recordType.output && host === 1);
  const text = west.map(({ payload }) => Buffer.from(payload).toString()).join('');
  const prompt = '\x1d0000000000000001:';
  assert.equal(
    text,
    `40 132\nawake\n${prompt}0:/tmp\x1e1800000062\n${prompt}0:/tmp\x1eecho seen\r\nseen\r\n${prompt}0:/tmp\x1esleep 100\r\n^C\n${prompt}130:/tmp\x1e`,
  );
});
