import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SeenFrame } from '../../../../src/evidence/evidence.ts';
import type { IpPacket } from '../../../../src/evidence/packet/packet.ts';
import { readWire, type WirePacket } from '../../../../src/evidence/packet/wire.ts';
import { pathsOf } from '../../../../src/judge/oracles/carriers.ts';
import { concat, ethernet, ipv4, u32, udp } from '../../evidence/build.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, protectedPacket, type Story, seen } from './evidence.ts';
import { addresses, between, ike, ikeBytes, ikePacket, labFrames } from './lab-path.ts';
import { inward, out } from './pair-story.ts';

const { west, east, road, nat } = addresses;
const innerOf = (packet: Uint8Array): IpPacket => seen(1, packet).packet.dissected.ip as IpPacket;
const sorted = (hosts: ReadonlySet<string>): string => [...hosts].sort().join(' ');
function carriers(story: Story, source: string = west, destination: string = east): [ends: string, path: string] {
  const { ends, path } = pathsOf(evidenceOf(story)).carriersOf({ source, destination });
  return [sorted(ends), sorted(path)];
}

test('ends are who begins what IKE says, and on the path are all who pass it on; others have nothing to do with it', () => {
  assert.deepEqual(carriers({ frames: labFrames }), ['east west', 'east nic west']);
  assert.deepEqual(carriers({ frames: labFrames }, east, west), ['east west', 'east nic west']);
  assert.deepEqual(carriers({ frames: labFrames }, road, east), ['road', 'road']);
  assert.deepEqual(carriers({ frames: labFrames }, west, road), ['', '']);
});

test('whoever has an SA between the addresses, in any state, is an end', () => {
  const steps: Story['steps'] = [
    [1, 'west', added(out())],
    [1, 'east', added(inward({ source: east, destination: west }))],
    [1, 'road', added(inward({ source: road }))],
  ];
  assert.deepEqual(carriers({ steps }), ['east west', 'east west']);
  assert.deepEqual(carriers({ steps }, road, east), ['road', 'road']);
});

test('packets that are no IKE show a path, and no end', () => {
  const ping = between({ source: west, destination: east }, ipv4(1, new Uint8Array(8)));
  assert.deepEqual(carriers({ frames: [seen(1, ping, 'west'), seen(2, ping, 'nic'), seen(3, ping, '')] }), [
    '',
    'nic west',
  ]);
});

test('of the frames of one message, who sent the first is an end; at one time, who sent it with the highest hop limit', () => {
  const message = { source: west, destination: east };
  const routed = { ...message, hopLimit: 63 };
  const ends = (...frames: SeenFrame[]): string => carriers({ frames })[0];
  assert.equal(ends(ike(1, 'west', message), ike(2, 'nic', routed)), 'west');
  assert.equal(ends(ike(2, 'nic', routed), ike(2, 'west', message)), 'west');
  assert.equal(ends(ike(2, 'west', message), ike(2, 'nic', routed)), 'west');
  assert.equal(ends(ike(2, 'west', message), ike(2, 'nic', message)), 'west');
  assert.equal(ends(ike(3, 'west', message), ike(2, 'nic', routed)), 'nic');
  assert.equal(ends(ike(2, 'nic', routed), ike(3, 'west', message)), 'nic');
  assert.equal(ends(ike(1, '', message), ike(2, 'nic', routed)), '', 'its sender is no host of the lab');
  assert.equal(ends(ike(1, 'west', message), ike(2, 'nic', { ...routed, id: 9 })), 'nic west', 'another message');
});

test('addresses of both sides of a translator belong together by the IKE SA, and so do those of a host that moves', () => {
  const frames = [
    ike(1, 'road', { source: road, destination: east }),
    ike(2, 'nic', { source: nat, destination: east, hopLimit: 63 }),
    ike(3, 'east', { source: east, destination: nat, id: 1 }),
    ike(4, 'road', { source: '10.0.0.9', destination: east, id: 2 }),
  ];
  for (const source of [road, nat, '10.0.0.9']) {
    assert.deepEqual(carriers({ frames }, source, east), ['east road', 'east nic road']);
  }
  const apart = frames.map((one, at) =>
    at === 1 ? ike(2, 'nic', { source: nat, destination: east, spi: '99'.repeat(8) }) : one,
  );
  assert.deepEqual(carriers({ frames: apart.slice(0, 2) }, nat, east), ['nic', 'nic']);
});

test('the initiator’s SPI alone joins, all eight bytes of it', () => {
  const joined = (one: string, other: string): boolean => {
    const sent = [one, other].map((spis, at) => {
      const packet = between(
        { source: [west, road][at] as string, destination: east },
        ipv4(17, udp(500, 500, ikeBytes({ spis }))),
      );
      return seen(at, packet, at === 0 ? 'west' : 'road');
    });
    return carriers({ frames: sent })[1] === 'road west';
  };
  const [spi, none] = ['0102030405060708', '0000000000000000'];
  assert.equal(joined(spi + none, spi + none), true);
  assert.equal(joined(spi + none, `${spi}99${none.slice(2)}`), true);
  assert.equal(joined(spi + none, `99${spi.slice(2)}${none}`), false);
  assert.equal(joined(spi + none, `${spi.slice(0, -2)}99${none}`), false);
});

test('what is too short for IKE, or has no SPI yet, joins nothing', () => {
  const sized = (size: number) => (source: string) =>
    between({ source, destination: east }, ipv4(17, udp(4500, 4500, concat([u32(0), ikeBytes({}).subarray(0, size)]))));
  const unnumbered = (source: string) => ikePacket({ source, destination: east, spi: '00'.repeat(8) });
  const pathBy = (make: (source: string) => Uint8Array): string[] => {
    const frames = [seen(1, make(west), 'west'), seen(2, make(road), 'road')];
    return carriers({ frames });
  };
  assert.deepEqual(pathBy(unnumbered), ['', 'west']);
  assert.deepEqual(pathBy(sized(27)), ['', 'west']);
  assert.deepEqual(pathBy(sized(28)), ['west', 'road west']);
});

test('frames that are no IP show nothing', () => {
  const [packet] = readWire([{ time: 0n, frame: ethernet(0x0806, new Uint8Array(28)) }]);
  const frame = { ...seen(1, ikePacket({ source: west, destination: east }), 'west'), packet: packet as WirePacket };
  assert.deepEqual(carriers({ frames: [frame] }), ['', '']);
});

test('what is inside of tunnels counts like what is in clear', () => {
  const packet = ikePacket({ source: road, destination: east });
  const packets = [protectedPacket(1, { inner: innerOf(packet) }, 'road')];
  assert.deepEqual(carriers({ packets }, road, east), ['road', 'road']);
  const plain = between({ source: road, destination: east }, ipv4(17, udp(9, 9, new Uint8Array(40))));
  assert.deepEqual(carriers({ packets: [protectedPacket(1, { inner: innerOf(plain) }, 'nic')] }, road, east), [
    '',
    'nic',
  ]);
  assert.deepEqual(carriers({ packets: [protectedPacket(1)] }), ['', '']);
});

test('who sends from one address to another is known by direction, and by how far the packet has come', () => {
  const again = { source: west, destination: east, hopLimit: 62, id: 3 };
  const paths = pathsOf(
    evidenceOf({ frames: [...labFrames, ike(2, 'west', again), ike(3, '', { ...again, hopLimit: 99 })] }),
  );
  const senders = (source: string, destination: string, hopLimit: number): string =>
    sorted(paths.sendersAbove({ source, destination }, hopLimit));
  assert.deepEqual(
    [62, 63, 64].map((hopLimit) => senders(west, east, hopLimit)),
    ['nic west', 'west', ''],
  );
  assert.deepEqual([senders(east, west, 0), senders(west, road, 0)], ['east nic', '']);
});

test('paths of an attempt are found once', () => {
  const evidence = evidenceOf({ frames: labFrames });
  assert.equal(pathsOf(evidence), pathsOf({ ...evidence }));
  assert.notEqual(pathsOf(evidence), pathsOf(evidenceOf({ frames: [] })));
});

test('hosts of an SA are the same for both directions, and an end is on the path', () => {
  const host = fc.constantFrom('west', 'east', 'nic', 'road', '' as const);
  const address = fc.constantFrom<string>(west, east, road, nat);
  const frame = fc.record({
    at: fc.nat(9),
    host,
    source: address,
    destination: address,
    spi: fc.constantFrom('11'.repeat(8), '22'.repeat(8)),
    id: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), address, address, (sent, source, destination) => {
      const frames = sent.map(({ at, host: sender, ...rest }) => ike(at, sender, rest));
      const steps: Story['steps'] = [[1, 'west', added(anSa())]];
      const paths = pathsOf(evidenceOf({ frames, steps }));
      const there = paths.carriersOf({ source, destination });
      assert.deepEqual(paths.carriersOf({ source: destination, destination: source }), there);
      for (const end of there.ends) assert.ok(there.path.has(end));
      for (const one of frames) {
        const { sender, packet } = one;
        if (sender !== undefined && packet.dissected.ip)
          assert.ok(paths.carriersOf(packet.dissected.ip).path.has(sender));
      }
    }),
  );
});
