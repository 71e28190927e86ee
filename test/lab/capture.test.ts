import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { readWire, type WirePacket } from '../../src/evidence/packet/wire.ts';
import { recordType } from '../../src/evidence/records/record.ts';
import type { Host, Nic } from '../../src/model/topology.ts';
import { backends } from '../conformance/backends.ts';
import { type Ran, runLab, skip } from './lab.ts';

function wireOf(ran: Ran, link: string): WirePacket[] {
  const { packets, damage } = readCapture(ran.captures[`${link}.pcapng`] ?? Buffer.alloc(0));
  assert.equal(damage, undefined);
  return readWire(packets);
}

/** Inside and outside, and a host between them that writes its own address into what leaves. */
async function masquerading() {
  const image = (await backends()).find(({ substrate }) => substrate.name === 'uml')?.image ?? '';
  const nic = (name: string, link: string, address: string): Nic => {
    const mac = `12:00:00:00:00:${link}${name.at(-1)}`;
    return { name, link, mac, addresses: [address] };
  };
  const host = (name: string, nics: Nic[], via?: string): Host => {
    return { name, nics, routes: via === undefined ? [] : [{ to: 'default', via }], sysctls: [] };
  };
  const nat = host('nat', [nic('eth0', 'a', '192.0.2.254/24'), nic('eth1', 'b', '198.51.100.254/24')]);
  return {
    topology: {
      hosts: [
        host('inside', [nic('eth2', 'a', '192.0.2.1/24')], '192.0.2.254'),
        { ...nat, sysctls: [['net/ipv4/ip_forward', '1']] as const },
        host('outside', [nic('eth3', 'b', '198.51.100.2/24')]),
      ],
      links: [{ name: 'a' }, { name: 'b' }],
    },
    images: { inside: image, nat: image, outside: image },
  };
}

test('fragments keep the addresses that they had on each link of a way through NAT', { skip }, async () => {
  const lines = ['nat: iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE', 'inside: ping -c 1 -s 4000 198.51.100.2'];
  const ran = await runLab(lines, { change: await masquerading() });
  assert.deepEqual(
    ran.commands.map(({ status }) => status),
    [0, 0],
  );
  for (const [link, near] of [
    ['a', '192.0.2.1'],
    ['b', '198.51.100.254'],
  ] as const) {
    const fragments = wireOf(ran, link).filter(({ dissected }) => dissected.ip?.fragment !== undefined);
    const there = `${near} 198.51.100.2`;
    const back = `198.51.100.2 ${near}`;
    assert.deepEqual(
      fragments.map(({ dissected: { ip } }) => `${ip?.source} ${ip?.destination}`),
      [there, there, there, back, back, back],
      link,
    );
    assert.equal(fragments.filter(({ datagram }) => datagram !== undefined).length, 2, link);
  }
});

/** Frames of one `ping -s 60000` and its answer: 60008 bytes in fragments of 1480. */
const framesOfPing = 2 * 41;

function lost(ran: Ran): number {
  const notes = ran.file.records.filter(({ type }) => type === recordType.trouble);
  return notes.reduce((sum, { payload }) => {
    const [, count] = /^lost frames (\d+): /.exec(Buffer.from(payload).toString()) ?? [];
    return sum + Number(count);
  }, 0);
}

const pinged = (ran: Ran): number => wireOf(ran, 'l').filter(({ dissected: { ip } }) => ip?.fragment).length;

test('no frame is lost when much more than the ring holds passes in a lab', { skip }, async () => {
  const ran = await runLab(Array(5).fill('east: ping -q -f -c 60 -s 60000 192.0.2.2'));
  assert.deepEqual([pinged(ran), lost(ran)], [5 * 60 * framesOfPing, 0]);
});

test('frames that the ring has no room for are counted', { skip }, async () => {
  const ran = await runLab(['east: ping -q -f -c 250 -s 60000 192.0.2.2', 'east: ping -c 1 192.0.2.2']);
  assert.deepEqual(ran.result.end, { word: 'completed' });
  assert.ok(lost(ran) > 0);
  assert.equal(pinged(ran) + lost(ran), 250 * framesOfPing);
});
