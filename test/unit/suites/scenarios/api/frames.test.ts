import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCapture } from '../../../../../src/evidence/capture/writer.ts';
import { describePacket } from '../../../../../src/evidence/packet/describe.ts';
import { dissect } from '../../../../../src/evidence/packet/dissect.ts';
import {
  corrupt,
  delay,
  drop,
  duplicate,
  flip,
  overwrite,
  reorder,
  replace,
  truncate,
} from '../../../../../src/suites/scenarios/api/frame-actions.ts';
import { esp, ike, ip } from '../../../../../src/suites/scenarios/api/frame-matches.ts';
import { frameOf, framesOf } from '../../../../../src/suites/scenarios/api/frames.ts';

test('names of exchanges and payloads become their numbers, of IKEv2 and IKEv1', () => {
  assert.deepEqual(ike({ exchange: 'CREATE_CHILD_SA', response: true, payload: 'SK', from: { name: 'east' } }), {
    match: { kind: 'ike', exchange: 36, response: true, payload: 46 },
    from: 'east',
    nth: 1,
    times: 1,
  });
  assert.deepEqual(ike({ exchange: 'Quick Mode', retransmission: true, times: 'all' }), {
    match: { kind: 'ike', exchange: 32 },
    copies: 'again',
    nth: 1,
    times: 0,
  });
  assert.deepEqual(
    ike({ spi: '0123456789ABCDEF', messageId: 0xffffffff, fragment: 3, retransmission: false, nth: 2 }),
    {
      match: { kind: 'ike', spi: '0123456789abcdef', messageId: 0xffffffff, fragment: 3 },
      copies: 'first',
      nth: 2,
      times: 1,
    },
  );
  assert.deepEqual(esp({ spi: 0xc0000001, sequence: 5, from: 'west' }).match, {
    kind: 'esp',
    spi: 0xc0000001,
    sequence: 5,
  });
  assert.deepEqual(ip({ protocol: 1 }).match, { kind: 'ip', protocol: 1 });
  assert.deepEqual(
    [ike(), esp(), ip()].map(({ match }) => match),
    [{ kind: 'ike' }, { kind: 'esp' }, { kind: 'ip' }],
  );
});

test('what cannot be named is refused, with what can', () => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => ike({ exchange: 'CHILD_SA' }), /no exchange of IKE is named "CHILD_SA"/],
    [() => ike({ exchange: 256 }), /exchange is 256/],
    [() => ike({ spi: '12' }), /"12" is no SPI of IKE/],
    [() => ike({ messageId: -1 }), /messageId is -1/],
    [() => esp({ spi: 2 ** 32 }), /spi is 4294967296/],
    [() => ip({ protocol: 1.5 }), /protocol is 1\.5/],
    [() => ike({ nth: 0 }), /nth is 0/],
    [() => ike({ times: 0 }), /times is 0/],
    [() => delay('soon' as '1s'), /"soon" is no duration/],
    [() => duplicate({ copies: 0 }), /copies is 0/],
    [() => flip(0, 256), /256 is no octet/],
    [() => truncate(0.5), /0\.5 is no whole number/],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

test('actions are what the lab is told', () => {
  assert.deepEqual(
    [drop(), delay('10s'), duplicate(), duplicate({ copies: 2, after: '1ms' }), reorder()],
    [
      { kind: 'drop' },
      { kind: 'delay', by: '10000000000' },
      { kind: 'duplicate', copies: 1, after: '0' },
      { kind: 'duplicate', copies: 2, after: '1000000' },
      { kind: 'reorder', within: '60000000000' },
    ],
  );
  assert.deepEqual(
    [
      flip(-1, 0x0f),
      overwrite(4, Uint8Array.of(1, 2)),
      truncate(9),
      replace(Uint8Array.of(255)),
      corrupt({ bits: 3, seed: 7 }),
    ].map((action) => ('edits' in action ? action.edits : [])),
    [
      [{ kind: 'flip', at: -1, mask: '0f' }],
      [{ kind: 'set', at: 4, octets: '0102' }],
      [{ kind: 'cut', length: 9 }],
      [{ kind: 'replace', octets: 'ff' }],
      [{ kind: 'draw', bits: 3, seed: 7 }],
    ],
  );
  assert.deepEqual(corrupt({ keepChecksums: true }), {
    kind: 'change',
    edits: [{ kind: 'draw', bits: 1, seed: 1 }],
    keepChecksums: true,
  });
});

test('packets made here are read as what they are', () => {
  const macs = { sourceMac: '02:00:00:00:00:01', destinationMac: '02:00:00:00:00:02' };
  const told = (source: string, destination: string, packet: Parameters<typeof frameOf>[1]) =>
    describePacket(dissect(frameOf({ ...macs, source, destination }, packet)));
  const octets = Buffer.from('00001000000000010a0b0c0d', 'hex');
  assert.match(
    told('192.0.2.1', '192.0.2.2', { protocol: 50, octets }),
    /^192\.0\.2\.1 > 192\.0\.2\.2 ESP spi 0x00001000 seq 1/,
  );
  assert.match(
    told('2001:db8::1', '2001:db8::2', { udp: { source: 4500, destination: 4500 }, octets }),
    /2001:db8::1.* > .*2001:db8::2.* ESP/,
  );
});

test('frames of a capture are taken as they are; what is none is refused, with what to do', () => {
  const frame = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0);
  const capture = writeCapture({ links: [{ name: 'wan', packets: [{ time: 1n, frame }] }] });
  assert.deepEqual(
    framesOf(capture).map((one) => [...one]),
    [[...frame]],
  );
  assert.equal(framesOf({ content: capture }).length, 1);
  const refusal = (bytes: Uint8Array, message: RegExp): void => assert.throws(() => framesOf(bytes), message);
  refusal(Buffer.from('d4c3b2a1020004000000', 'hex'), /this is no whole pcapng: not pcapng/);
  refusal(capture.subarray(0, capture.length - 3), /this is no whole pcapng/);
  refusal(writeCapture({ links: [{ name: 'wan', packets: [] }] }), /this capture holds no frames/);
});
