import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleFact } from '../../../../src/evidence/text/facts.ts';
import { readConsoleFacts } from '../../../../src/judge/text/read-facts.ts';
import { rawState, sanitized } from './consoles.ts';

const tables = (text: string): object[] =>
  readConsoleFacts(text)
    .filter(({ kind }) => kind === 'kernel-sa' || kind === 'kernel-policy')
    .map(({ command: _command, line: _line, ...body }: ConsoleFact) => body);

test('a raw SA reads with numbers, limits, and the flags that iproute2 runs together', () => {
  assert.deepEqual(tables(rawState), [
    {
      kind: 'kernel-sa',
      source: '192.1.2.45',
      destination: '192.1.2.23',
      protocol: 'esp',
      spi: '0x2fcf01c3',
      reqid: 16389,
      mode: 'tunnel',
      replayWindow: 0,
      aead: {
        name: 'rfc4106(gcm(aes))',
        key: '0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223',
        bits: 128,
      },
      encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4500, originalAddress: '0.0.0.0' },
      lastUsed: '2025-06-15 12:01:06',
      replay: 'seq-hi 0x0, seq 0x0, oseq-hi 0x0, oseq 0x6',
      ifId: 17,
      direction: 'out',
      lifetime: { softBytes: 512n, hardBytes: 2048n, hardPackets: 9223372036854775808n, hardAddSeconds: 3600n },
      use: { bytes: 504n, packets: 6n },
      esn: true,
      flags: ['af-unspec', 'dont-encap-dscp'],
      other: [],
    },
  ]);
});

test('sanitized entries keep the words that stand for numbers, and policies their selectors', () => {
  const [out, inbound, tunnel, block, socket] = tables(sanitized) as Record<string, unknown>[];
  assert.deepEqual(
    [out, inbound].map((sa) => [sa?.spi, sa?.reqid, sa?.direction, sa?.replayWindow, sa?.esn]),
    [
      ['0xSPISPI', 'REQID', 'out', 0, true],
      ['0xSPISPI', 'REQID', 'in', 128, true],
    ],
  );
  assert.equal(inbound?.replay, 'seq-hi 0x0, seq 0xXX, oseq-hi 0x0, oseq 0xXX 00000000 00000000 00000000 XXXXXXXX');
  assert.deepEqual(tunnel, {
    kind: 'kernel-policy',
    selector: {
      source: { address: '10.1.0.0', prefix: 16 },
      destination: { address: '10.2.0.0', prefix: 16 },
      protocol: 0,
    },
    direction: 'out',
    action: 'allow',
    priority: 'PRIORITY',
    type: 'main',
    templates: [
      {
        source: '198.51.100.1',
        destination: '198.51.100.2',
        protocol: 'esp',
        reqid: 'REQID',
        mode: 'tunnel',
        level: 'required',
      },
    ],
    flags: [],
    other: [],
  });
  assert.deepEqual(
    [block?.action, block?.templates, (block?.selector as Record<string, unknown> | undefined)?.protocol],
    ['block', [], 6],
  );
  assert.deepEqual([socket?.direction, socket?.action], ['socket-in', 'allow']);
});

test('what ip -s adds to a policy is read too', () => {
  const text = `src 10.1.0.0/16 dst 10.2.0.0/16 proto icmp type 8 code 0 dev eth0 uid 0
\tdir out action allow index 9 priority 100 ptype main share any flag localok (0x00000001)
\tlifetime config:
\t  limit: soft (INF)(bytes), hard (INF)(bytes)
\tlifetime current:
\t  0(bytes), 0(packets)
\tmark 0x1/0xffffffff
\tif_id 0x2
\ttmpl src 0.0.0.0 dst 0.0.0.0
\t\tproto comp spi 0x00001234(4660) reqid 3(0x00000003) mode tunnel
\t\tlevel use share any
\t\tenc-mask ffffffff auth-mask ffffffff comp-mask ffffffff
`;
  assert.deepEqual(tables(text), [
    {
      kind: 'kernel-policy',
      selector: {
        source: { address: '10.1.0.0', prefix: 16 },
        destination: { address: '10.2.0.0', prefix: 16 },
        protocol: 1,
        sourcePort: 8,
        destinationPort: 0,
        device: 'eth0',
      },
      direction: 'out',
      action: 'allow',
      priority: 100,
      index: 9,
      type: 'main',
      templates: [
        {
          source: '0.0.0.0',
          destination: '0.0.0.0',
          protocol: 'comp',
          spi: '0x00001234',
          reqid: 3,
          mode: 'tunnel',
          level: 'use',
        },
      ],
      mark: '0x1/0xffffffff',
      ifId: 2,
      lifetime: {},
      use: { bytes: 0n, packets: 0n },
      flags: ['localok'],
      other: [],
    },
  ]);
});

test('an entry that a test cut down with grep still counts, and ends at the next command', () => {
  const found = readConsoleFacts('true\nleft #\n a\nsrc 192.0.2.1 dst 192.0.2.2\n\tif_id 0x2\nleft #\n b\n\tdir out\n');
  assert.deepEqual(
    found.map((fact) => (fact.kind === 'kernel-sa' ? [fact.ifId, fact.direction] : fact.kind)),
    [[2, undefined]],
  );
});

test('a mark of what comes out stands behind the mark of what goes in, or alone', () => {
  const sa = (line: string): string =>
    `src 192.0.2.1 dst 192.0.2.2\n\tproto esp spi 0x00001006 reqid 0 mode tunnel\n\t${line}\n`;
  const marks = (line: string): unknown => (tables(sa(line)) as { mark?: string; outputMark?: string }[])[0];
  const both = marks('mark 0x5/0xffff output-mark 0x3/0xff') as { mark?: string; outputMark?: string };
  assert.deepEqual([both.mark, both.outputMark], ['0x5/0xffff', '0x3/0xff']);
  const alone = marks('output-mark 0x3/0xff') as { mark?: string; outputMark?: string };
  assert.deepEqual([alone.mark, alone.outputMark], [undefined, '0x3/0xff']);
});
