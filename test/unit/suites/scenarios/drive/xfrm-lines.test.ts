import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readXfrmMessage } from '../../../../../src/evidence/xfrm/event.ts';
import type { XfrmPolicy, XfrmSa } from '../../../../../src/suites/scenarios/api/xfrm.ts';
import { policyWords, saWords } from '../../../../../src/suites/scenarios/drive/xfrm-lines.ts';
import { migrateMessage } from '../../../../../src/suites/scenarios/drive/xfrm-messages.ts';

const ends = { source: '192.0.2.1', destination: '192.0.2.2' };
const head = 'src 192.0.2.1 dst 192.0.2.2';
const gcm = `aead 'rfc4106(gcm(aes))' 0x${'11'.repeat(16)}${'22'.repeat(4)} 128`;

const sas: readonly (readonly [sa: Partial<XfrmSa>, words: string])[] = [
  [{}, `proto esp spi 0x1001 mode transport ${gcm}`],
  [
    { protocol: 'ah', mode: 'tunnel', reqid: 3 },
    `proto ah spi 0x1001 mode tunnel reqid 3 auth-trunc 'hmac(sha256)' 0x${'33'.repeat(32)} 128`,
  ],
  [{ protocol: 'ipcomp', spi: 9 }, 'proto comp spi 0x9 mode transport comp deflate'],
  [{ encryption: ['ecb(cipher_null)', ''] }, "proto esp spi 0x1001 mode transport enc 'ecb(cipher_null)' ''"],
  [
    { esn: true, replayWindow: 64, sent: 2n ** 32n + 5n },
    `proto esp spi 0x1001 mode transport ${gcm} replay-window 64 replay-oseq 0x5 replay-oseq-hi 0x1 flag esn`,
  ],
  [
    { received: 7n, flags: ['noecn', 'icmp'], esn: true },
    `proto esp spi 0x1001 mode transport ${gcm} replay-seq 0x7 flag noecn icmp esn`,
  ],
  [
    { mark: { value: 1, mask: 255 }, outputMark: { value: 2 }, ifId: 0, direction: 'in' },
    `proto esp spi 0x1001 mark 1 mask 255 mode transport ${gcm} output-mark 2 if_id 0 dir in`,
  ],
  [
    { limits: { softPackets: 3, hardUseSeconds: 9 } },
    `proto esp spi 0x1001 mode transport ${gcm} limit packet-soft 3 limit time-use-hard 9`,
  ],
  [
    { encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4501 } },
    `proto esp spi 0x1001 mode transport ${gcm} encap espinudp 4500 4501 0.0.0.0`,
  ],
  [
    { selector: { source: '10.0.0.0/8', protocol: 'tcp', destinationPort: 80 } },
    `proto esp spi 0x1001 mode transport ${gcm} sel src 10.0.0.0/8 proto tcp dport 80`,
  ],
];

for (const [sa, words] of sas) {
  test(`an SA as ip xfrm takes it: ${Object.keys(sa).join(', ') || 'nothing said'}`, () => {
    assert.equal(saWords({ ...ends, spi: 0x1001, ...sa }), `${head} ${words}`);
  });
}

const policies: readonly (readonly [policy: Partial<XfrmPolicy>, words: string])[] = [
  [{}, 'dir out'],
  [{ action: 'block', priority: 0, ifId: 5, set: 'sub' }, 'dir out ptype sub if_id 5 action block priority 0'],
  [{ protocol: 'icmp', type: 8, code: 0 }, 'proto icmp type 8 code 0 dir out'],
  [
    {
      templates: [
        { protocol: 'ipcomp', level: 'use' },
        { ...ends, reqid: 1, mode: 'tunnel', spi: 16 },
      ],
    },
    `dir out tmpl proto comp mode transport level use tmpl ${head} proto esp spi 0x10 reqid 1 mode tunnel`,
  ],
];

for (const [policy, words] of policies) {
  test(`a policy as ip xfrm takes it: ${Object.keys(policy).join(', ') || 'nothing said'}`, () => {
    assert.equal(policyWords({ ...ends, direction: 'out', ...policy }), `${head} ${words}`);
  });
}

test('a move is the message that the kernel would send about it', () => {
  const six = ['2001:db8::1', '2001:db8::2'] as const;
  const message = migrateMessage({
    policy: { source: '192.0.2.0/24', destination: '192.0.2.2', direction: 'fwd' },
    protocol: 'ah',
    reqid: 77,
    from: ['192.0.2.1', '192.0.2.2'],
    to: six,
  });
  assert.equal(message.readUInt32LE(0), message.length);
  const event = readXfrmMessage(message);
  assert.ok(event.kind === 'migrate');
  const { selector, direction } = event.id;
  assert.deepEqual(
    [direction, selector.source, selector.destination],
    ['fwd', { address: '192.0.2.0', prefix: 24 }, { address: '192.0.2.2', prefix: 32 }],
  );
  assert.deepEqual(event.migrations, [
    {
      protocol: 'ah',
      mode: 'tunnel',
      reqid: 77,
      oldSource: '192.0.2.1',
      oldDestination: '192.0.2.2',
      newSource: six[0],
      newDestination: six[1],
    },
  ]);
});
