import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeListing, readListing } from '../../../../src/evidence/listings/listing.ts';

/** As iproute2 6.15 printed them on an installed Debian 13. */
const states = `src 192.0.2.1 dst 192.0.2.2
\tproto esp spi 0xc3d1ca68(3285305960) reqid 1(0x00000001) mode tunnel
\treplay-window 32 seq 0x00000000 flag af-unspec (0x00100000)
\taead rfc4106(gcm(aes)) 0xa593e4cfa959587fa6c3f86f77b706da8724f5b2 (160 bits) 128
\tlastused 2025-06-15 12:00:28
\tanti-replay context: seq 0x1, oseq 0x0, bitmap 0x00000001
\tdir in
\tlifetime config:
\t  limit: soft (INF)(bytes), hard (INF)(bytes)
\t  limit: soft (INF)(packets), hard (INF)(packets)
\t  expire add: soft 3509(sec), hard 3960(sec)
\t  expire use: soft 0(sec), hard 0(sec)
\tlifetime current:
\t  84(bytes), 1(packets)
\t  add 2025-06-15 12:00:28 use 2025-06-15 12:00:28
\tstats:
\t  replay-window 1 replay 2 failed 3
src 2001:db8::1 dst 2001:db8::2
\tproto esp spi 0x00001000(4096) reqid 7(0x00000007) mode transport
\treplay-window 0 seq 0x00000000 flag  (0x00000000)
\tauth-trunc hmac(sha256) 0x0102 (16 bits) 128
\tenc cbc(aes) 0xff00 (16 bits)
\tencap type espinudp sport 4500 dport 4501 addr 0.0.0.0
\tmark 0x1/0xff
\tsel src 2001:db8::1/128 dst 2001:db8::2/128 proto tcp dport 80 uid 0
src 192.0.2.3 dst 192.0.2.4
\tproto esp spi 0xc0000001(3221225473) reqid 2(0x00000002) mode tunnel
\treplay-window 0 seq 0x00000000 flag  (0x00000000)
\tsel src 0.0.0.0/0 dst 0.0.0.0/0 uid 0
`;

const policies = `src 192.0.2.2/32 dst 192.0.2.1/32 uid 0
\tdir out action allow index 81 priority 367231 ptype main share any flag  (0x00000000)
\tlifetime current:
\t  0(bytes), 0(packets)
\t  add 2025-06-15 12:00:28 use -
\ttmpl src 192.0.2.2 dst 192.0.2.1
\t\tproto esp spi 0xc2860b50(3263564624) reqid 1(0x00000001) mode tunnel
\t\tlevel required share any
\t\tenc-mask ffffffff auth-mask ffffffff comp-mask ffffffff
src 10.0.0.0/8 dst 0.0.0.0/0 proto oddity uid 0
\tdir fwd action block index 90 priority 1 ptype main share any flag  (0x00000000)
src ::/0 dst ::/0 uid 0
\tsocket in action allow index 59 priority 0 ptype main share any flag  (0x00000000)
`;

function listed(command: string, text: string) {
  return readListing(encodeListing(command, text));
}

test('SAs are read with their keys, and with nothing that the listing does not say', () => {
  const [tunnel, transport, larval, ...more] = listed('ip -s xfrm state', states).sas ?? [];
  assert.equal(more.length, 0);
  assert.ok(tunnel && transport && larval);
  const { aead, ...rest } = tunnel;
  assert.deepEqual(aead, {
    name: 'rfc4106(gcm(aes))',
    key: Uint8Array.from(Buffer.from('a593e4cfa959587fa6c3f86f77b706da8724f5b2', 'hex')),
    icv: 128,
  });
  assert.deepEqual(
    [rest.protocol, rest.spi, rest.mode, rest.reqid, rest.direction, rest.replayWindow, rest.larval],
    ['esp', 0xc3d1ca68, 'tunnel', 1, 'in', 32, false],
  );
  assert.deepEqual([rest.source, rest.destination, rest.family], ['192.0.2.1', '192.0.2.2', 4]);
  assert.deepEqual([rest.use.bytes, rest.use.packets], [84n, 1n]);
  assert.deepEqual(rest.flags, ['af-unspec']);
  assert.deepEqual(rest.errors, { replayWindow: 1, replay: 2, integrity: 3 });

  assert.deepEqual(transport.encryption, { name: 'cbc(aes)', key: Uint8Array.of(0xff, 0) });
  assert.deepEqual(transport.integrity, { name: 'hmac(sha256)', key: Uint8Array.of(1, 2), truncation: 128 });
  assert.deepEqual(transport.mark, { value: 1, mask: 0xff });
  assert.deepEqual(transport.encapsulation, {
    ...{ type: 'espinudp', sourcePort: 4500, destinationPort: 4501 },
    originalAddress: '0.0.0.0',
  });
  const { protocol, destinationPort, sourcePort, family } = transport.selector;
  assert.deepEqual([protocol, family], [6, 6]);
  assert.deepEqual(
    [sourcePort, destinationPort],
    [
      { port: 0, mask: 0 },
      { port: 80, mask: 0xffff },
    ],
  );
  assert.equal(larval.larval, true);
});

test('policies are read with what they are for, and a protocol that nobody knows is not every protocol', () => {
  const [out, block, socket, ...more] = listed('ip -s xfrm policy', policies).policies ?? [];
  assert.equal(more.length, 0);
  assert.ok(out && block && socket);
  assert.deepEqual([out.direction, out.action, out.priority, out.index], ['out', 'allow', 367231, 81]);
  assert.deepEqual(out.selector.source, { address: '192.0.2.2', prefix: 32 });
  assert.deepEqual(out.templates, [
    {
      ...{ protocol: 'esp', mode: 'tunnel', family: 4, source: '192.0.2.2', destination: '192.0.2.1' },
      ...{ spi: 0xc2860b50, reqid: 1, level: 'required' },
    },
  ]);
  assert.deepEqual([block.direction, block.action, block.selector.protocol], ['fwd', 'block', 255]);
  assert.equal(socket.direction, 'socket-in');
});

test('a listing says nothing of the other table, and a command that nobody knows says nothing', () => {
  assert.equal(listed('ip -s xfrm state', states).policies, undefined);
  assert.deepEqual(listed('ip -s xfrm state', '').sas, []);
  assert.deepEqual(listed('dump everything', states), {});
});
