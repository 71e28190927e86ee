import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex } from '../../../../src/base/bytes.ts';
import { EspalierError } from '../../../../src/base/errors.ts';
import type { XfrmEvent } from '../../../../src/evidence/ipsec.ts';
import { readXfrmMessage } from '../../../../src/evidence/xfrm/event.ts';
import { policyKey, saKey } from '../../../../src/evidence/xfrm/identity.ts';
import { readPolicies, readSas } from '../../../../src/evidence/xfrm/message.ts';
import { dump, message, policyMessage, saMessage } from '../xfrm-build.ts';
import { aLarvalSa, anSa, aPolicy, aSelector } from '../xfrm-samples.ts';
import { attribute } from '../xfrm-structures.ts';
import { realDump, realMessage } from './real-messages.ts';

/** What `ip xfrm state` printed on west's console at the command after which the dump was recorded. */
test('a recorded dump says what ip xfrm state printed', () => {
  const [out, into] = readSas(realDump);
  assert.ok(out?.replay && into?.replay);
  assert.deepEqual(
    [out, into].map((sa) => [sa.source, sa.destination, sa.protocol, sa.spi, sa.reqid, sa.mode, sa.direction, sa.esn]),
    [
      ['192.1.2.45', '192.1.2.23', 'esp', 0x19154012, 16389, 'tunnel', 'out', true],
      ['192.1.2.23', '192.1.2.45', 'esp', 0x222ccf95, 16389, 'tunnel', 'in', true],
    ],
  );
  assert.deepEqual([out.aead?.name, out.aead?.icv, into.aead?.name], ['rfc4106(gcm(aes))', 128, 'rfc4106(gcm(aes))']);
  assert.equal(
    hex(into.aead?.key ?? new Uint8Array()),
    '5117c54d578b35c7a49ab009ab670be12bcf4bb4c1d183f65cc9155d454cdfa9188a0caa',
  );
  assert.equal(new Date(Number(out.lastUsed) * 1000).toISOString(), '2025-06-15T12:01:02.000Z');
  assert.deepEqual([out.replay.outbound, out.replay.inbound, out.replayWindow], [1, 0, 0]);
  assert.deepEqual([into.replay.outbound, into.replay.inbound, into.replayWindow], [0, 1, 128]);
  assert.deepEqual(into.replay.bitmap, [1, 0, 0, 0]);
  assert.deepEqual([out.use.bytes, out.use.packets], [84n, 1n]);
});

/** struct xfrm_selector by hand: 2001:db8::/32 port 500 (exactly) to 2001:db8:1::/48, UDP, interface 3, user 1000. */
const selectorBytes =
  `20010db8000100000000000000000000${'20010db8000000000000000000000000'}` +
  `0000${'0000'}01f4ffff${'0a00'}30${'20'}11${'000000'}03000000e8030000`;

const limits = 'ffffffffffffffff'.repeat(4) + '0000000000000000'.repeat(3) + '100e000000000000';

/** struct xfrm_userpolicy_info by hand. */
const policyBytes = `${selectorBytes}${limits}${'00'.repeat(32)}f4010000${'11000000'}01${'01'}03${'00'}00000000`;

test('a policy assembled by hand from the header reads field by field', () => {
  const raw = message(0x13, (out) => out.bytes(Buffer.from(policyBytes, 'hex')));
  const event = readXfrmMessage(raw);
  assert.ok(event.kind === 'policy-added');
  assert.deepEqual(event.policy, {
    direction: 'out',
    selector: {
      family: 6,
      source: { address: '2001:db8::', prefix: 32 },
      destination: { address: '2001:db8:1::', prefix: 48 },
      protocol: 17,
      sourcePort: { port: 500, mask: 0xffff },
      destinationPort: { port: 0, mask: 0 },
      ifindex: 3,
      user: 1000,
    },
    action: 'block',
    priority: 500,
    index: 17,
    flags: ['icmp', 'localok'],
    lifetime: { hardUseSeconds: 3600n },
    use: { bytes: 0n, packets: 0n, addTime: 0n, useTime: 0n },
    type: 'main',
    templates: [],
    unknown: [],
  });
});

const recorded: readonly (readonly [Parameters<typeof realMessage>[0], Partial<XfrmEvent>])[] = [
  ['flushedSas', { kind: 'sa-flushed', protocol: 'all' }],
  ['flushedPolicies', { kind: 'policy-flushed', type: 'main' }],
  [
    'mapped',
    {
      kind: 'mapping',
      id: { protocol: 'esp', spi: 2948678848, destination: '192.1.2.23' },
      reqid: 16393,
      oldSource: '192.1.2.254',
      oldPort: 44500,
      newSource: '192.1.2.254',
      newPort: 54500,
    },
  ],
  [
    'migrated',
    {
      kind: 'migrate',
      id: {
        direction: 'out',
        selector: aSelector({
          source: { address: '192.0.2.0', prefix: 24 },
          destination: { address: '192.0.3.0', prefix: 24 },
        }),
        type: 'main',
      },
      migrations: [
        {
          protocol: 'esp',
          mode: 'tunnel',
          reqid: 16393,
          oldSource: '192.1.2.23',
          oldDestination: '192.1.3.33',
          newSource: '192.1.2.23',
          newDestination: '192.1.8.22',
        },
      ],
    },
  ],
];

for (const [name, event] of recorded) {
  test(`a recorded message reads as its event: ${name}`, () =>
    assert.deepEqual(readXfrmMessage(realMessage(name)), event));
}

test('an allocated SPI and an acquire are larval, an SA of another protocol without algorithm is not', () => {
  const [acquire] = readSas(realMessage('acquireInDump'));
  const deleted = readXfrmMessage(realMessage('deletedLarval'));
  assert.ok(deleted.kind === 'sa-deleted');
  assert.deepEqual([acquire?.larval, acquire?.spi, deleted.sa?.larval], [true, 0, true]);
  const [companion] = readSas(saMessage(aLarvalSa({ protocol: '4', larval: false })));
  assert.equal(companion?.larval, false);
});

test('attributes that nobody knows are kept as bytes, and padding is not', () => {
  const raw = message(0x13, (out) =>
    out
      .bytes(Buffer.from(policyBytes, 'hex'))
      .bytes(attribute(27, [0]))
      .bytes(attribute(0x8000 | 99, [1, 2, 3])),
  );
  assert.deepEqual(readPolicies(raw)[0]?.unknown, [{ type: 99, bytes: Uint8Array.of(1, 2, 3) }]);
});

const sa = saMessage(anSa());
const broken: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['nothing', new Uint8Array()],
  ['half a header', sa.subarray(0, 8)],
  ['a length below the header', Uint8Array.from(sa, (byte, at) => (at < 4 ? ([4, 0, 0, 0][at] ?? 0) : byte))],
  ['a structure cut short', message(0x10, (out) => out.zeros(100))],
  ['no family', message(0x10, (out) => out.zeros(224))],
  ['two messages', dump([sa, sa])],
  ['an attribute without room for its head', message(0x1d, (out) => out.bytes([3, 0, 16, 0]))],
  [
    'a key longer than its attribute',
    message(0x10, (out) => out.bytes(sa.subarray(16, 240)).bytes(attribute(2, new Uint8Array(68).fill(255)))),
  ],
  [
    'a bitmap longer than its attribute',
    message(0x10, (out) => out.bytes(sa.subarray(16, 240)).bytes(attribute(23, new Uint8Array(24).fill(255)))),
  ],
  [
    'a policy of no known direction',
    message(0x13, (out) => out.bytes(Buffer.from(`${policyBytes.slice(0, 320)}ff${policyBytes.slice(322)}`, 'hex'))),
  ],
  [
    'half a template',
    message(0x13, (out) =>
      out.bytes(policyMessage(aPolicy({ templates: [] })).subarray(16)).bytes(attribute(5, new Uint8Array(63))),
    ),
  ],
];

for (const [what, bytes] of broken) {
  test(`an event of ${what} is refused`, () => {
    assert.throws(
      () => readXfrmMessage(bytes),
      (error) => error instanceof EspalierError && error.fault === 'guest',
    );
  });
}

test('a dump with a message of another type is refused', () => {
  assert.throws(() => readSas(policyMessage(aPolicy())), EspalierError);
  assert.throws(() => readPolicies(sa), EspalierError);
});

test('keys are readable and tell marks and sockets apart', () => {
  assert.equal(saKey(anSa()), 'esp 0x1234abcd 192.1.2.23');
  assert.equal(saKey(anSa({ mark: { value: 5, mask: 255 } })), 'esp 0x1234abcd 192.1.2.23 mark 5/255');
  assert.equal(policyKey(aPolicy()), 'out 192.0.1.0/24 192.0.2.0/24 main');
  assert.notEqual(
    policyKey(aPolicy({ direction: 'socket-in', index: 3 })),
    policyKey(aPolicy({ direction: 'socket-in', index: 11 })),
  );
});
