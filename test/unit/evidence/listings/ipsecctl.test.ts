import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { listed, properties } from './properties.ts';

const command = 'ipsecctl -k -v -s sa';
const digits = (length: number, byte: string): string => byte.repeat(length);
const bytes = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

/** As print_sa and print_ext of sbin/ipsecctl write them. */
const outbound = `esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0xc0ffee01 auth hmac-sha2-256 enc aes-256 \\
\tauthkey 0x${digits(32, 'a1')} \\
\tenckey 0x${digits(32, 'b2')}
\tsa: spi 0xc0ffee01 auth hmac-sha2-256 enc aes
\t\tstate mature replay 64 flags 0x404<tunnel,esn>
\tlifetime_cur: alloc 0 bytes 168 add 1750000000 first 1750000005
\tlifetime_hard: alloc 0 bytes 536870912 add 10800 first 0
\tlifetime_soft: alloc 0 bytes 0 add 9720 first 0
\taddress_src: 192.0.2.1
\taddress_dst: 192.0.2.2
\tkey_auth: bits 256: ${digits(32, 'a1')}
\tkey_encrypt: bits 256: ${digits(32, 'b2')}
\tidentity_src: type fqdn id 0: west
\tlifetime_lastuse: alloc 0 bytes 0 add 0 first 1750000006
\tcounter:${' '}
\t\t2 output packets
\t\t304 output bytes
\t\t168 output bytes, uncompressed
\treplay: rpl 3
`;

const aead = `esp transport from 2001:db8::1 to 2001:db8::2 spi 0x00001001 enc aes-128-gcm \\
\tauthkey 0x${digits(20, 'c3')} \\
\tenckey 0x${digits(20, 'c3')}
[bundle esp to 2001:db8::2 spi 0x00001001 with ah to 2001:db8::2 spi 0x00001002]
\tsa: spi 0x00001001 auth gmac-aes-128 enc aes-gcm
\t\tstate mature replay 0 flags 0x200<udpencap>
\tkey_auth: bits 160: ${digits(20, 'c3')}
\tkey_encrypt: bits 160: ${digits(20, 'c3')}
\tudpencap: udpencap port 4501
\tsa2: spi 0x00001002 auth hmac-sha1 enc none
\t\tstate larval replay 0 flags 0<>
`;

const larval = `esp transport from 0.0.0.0 to 192.0.2.1 spi 0x00002001
\tsa: spi 0x00002001 auth none enc none
\t\tstate larval replay 0 flags 0<>
`;

const noKeys = `ah transport from 192.0.2.1 to 192.0.2.2 spi 0x00003001 auth hmac-sha1
\tsa: spi 0x00003001 auth hmac-sha1 enc none
\t\tstate mature replay 64 flags 0<>
`;

const nullCipher = `esp transport from 192.0.2.1 to 192.0.2.2 spi 0x00004001 auth hmac-sha1 enc null
\tsa: spi 0x00004001 auth hmac-sha1 enc null
\t\tstate mature replay 64 flags 0<>
\tkey_auth: bits 160: ${digits(20, 'd4')}
`;

const compressed = `ipcomp transport from 192.0.2.1 to 192.0.2.2 spi 0x00005001 comp deflate
\tsa: cpi 0x00005001 comp deflate
\t\tstate mature replay 0 flags 0<>
`;

const foreign = `tcpmd5 from 192.0.2.1 to 192.0.2.2 spi 0x00006001 authkey 0x${digits(4, 'e5')}
\tsa: spi 0x00006001 auth none enc none
\t\tstate mature replay 0 flags 0<>
`;

const entries = [outbound, aead, larval, noKeys, nullCipher, compressed];

function one(text: string): IpsecSa {
  const [sa, ...more] = listed(command, text).sas ?? [];
  assert.ok(sa && more.length === 0);
  return sa;
}

test('an SA of OpenBSD has keys, sequence numbers, limits and counts as they are listed', () => {
  const sa = one(outbound);
  assert.deepEqual(sa.encryption, { name: 'cbc(aes)', key: bytes(32, 0xb2) });
  assert.deepEqual(sa.integrity, { name: 'hmac(sha256)', key: bytes(32, 0xa1), truncation: 128 });
  assert.deepEqual(
    [sa.protocol, sa.spi, sa.mode, sa.source, sa.destination],
    [...['esp', 0xc0ffee01, 'tunnel', '192.0.2.1', '192.0.2.2']],
  );
  assert.deepEqual([sa.esn, sa.replayWindow, sa.keysUnknown, sa.direction], [true, 64, undefined, undefined]);
  assert.deepEqual(sa.lifetime, { hardBytes: 536870912n, hardAddSeconds: 10800n, softAddSeconds: 9720n });
  assert.deepEqual(sa.use, { bytes: 304n, packets: 2n, addTime: 1750000000n, useTime: 1750000005n });
});

test('an AEAD of OpenBSD is one algorithm, and what the bundle follows on is another SA’s', () => {
  const sa = one(aead);
  assert.deepEqual(sa.aead, { name: 'rfc4106(gcm(aes))', key: bytes(20, 0xc3), icv: 128 });
  assert.deepEqual([sa.integrity, sa.encryption, sa.larval, sa.family], [undefined, undefined, false, 6]);
  assert.deepEqual([sa.encapsulation?.type, sa.encapsulation?.destinationPort], ['espinudp', 4501]);
});

test('keys that OpenBSD does not list are unknown, and no key is needed where nothing is encrypted', () => {
  assert.deepEqual([one(larval).larval, one(larval).keysUnknown], [true, undefined]);
  assert.deepEqual([one(noKeys).keysUnknown, one(noKeys).integrity], [true, undefined]);
  assert.equal(one(outbound.replace(/\n\tkey_encrypt.*/, '')).keysUnknown, true);
  assert.equal(one(outbound.replace(/(\n\tkey_encrypt: bits 256: \w{60}).*/, '$1')).keysUnknown, true);
  assert.deepEqual(one(nullCipher).encryption, { name: 'ecb(cipher_null)', key: new Uint8Array() });
  assert.equal(one(nullCipher).integrity?.truncation, 96);
  assert.equal(one(compressed).compression, 'deflate');
});

test('SAs that are none of IPsec are no SAs, and an empty listing holds none', () => {
  assert.deepEqual(listed(command, foreign).sas, []);
  assert.deepEqual(listed(command, ''), { sas: [] });
});

for (const [what, text] of [
  ['a line of the kernel', `${outbound}vio0: watchdog timeout\n`],
  ['an SA without its state', outbound.replace(/\n\t\tstate.*/, '')],
  ['details without an SA', '\tsa: spi 0x00000001 auth none enc none\n'],
  ['an address that is none', larval.replace('192.0.2.1', '192.0.2.256')],
] as const)
  test(`${what} is not taken for a listing of SAs`, () => {
    assert.throws(() => listed(command, text), { fault: 'guest' });
  });

properties(command, entries);

const flows = 'ipsecctl -s flow';
const tunnelOut =
  'flow esp out from 10.1.0.0/16 to 10.2.0.0/16 local 192.0.2.1 peer 192.0.2.2 srcid ASN1_DN//C=DE/CN=a type b dstid FQDN/east type require\n';

function flow(text: string) {
  const [policy, ...more] = listed(flows, text).policies ?? [];
  assert.ok(policy && more.length === 0);
  return policy;
}

test('a flow of OpenBSD says what must be protected, and not in which mode', () => {
  const policy = flow(tunnelOut);
  assert.deepEqual([policy.direction, policy.action], ['out', 'allow']);
  assert.deepEqual(policy.selector.source, { address: '10.1.0.0', prefix: 16 });
  assert.deepEqual(policy.selector.destination, { address: '10.2.0.0', prefix: 16 });
  assert.deepEqual(policy.templates, [
    {
      ...{ protocol: 'esp', mode: 'any', family: 4, source: '192.0.2.1', destination: '192.0.2.2' },
      ...{ spi: 0, reqid: 0, level: 'required' },
    },
  ]);
});

test('kinds of flows: only one that requires protection forbids packets without', () => {
  const kinds = Object.fromEntries(
    ['use', 'acquire', 'require', 'dontacq', 'deny', 'bypass'].map((type) => {
      const { action, templates } = flow(tunnelOut.replace('type require', `type ${type}`));
      return [type, [action, ...templates.map(({ level }) => level)].join(' ')];
    }),
  );
  assert.deepEqual(kinds, {
    use: 'allow use',
    acquire: 'allow use',
    require: 'allow required',
    dontacq: 'allow use',
    deny: 'block',
    bypass: 'allow',
  });
});

test('protocols and ports of flows; a name that nobody knows forbids nothing', () => {
  const ports = flow('flow esp out proto tcp from 2001:db8::1 port 4000 to ::/0 port 80 type require\n');
  assert.deepEqual([ports.selector.protocol, ports.selector.family], [6, 6]);
  assert.deepEqual(
    [ports.selector.sourcePort, ports.selector.destinationPort],
    [
      { port: 4000, mask: 0xffff },
      { port: 80, mask: 0xffff },
    ],
  );
  assert.equal(ports.templates[0]?.destination, '::');
  for (const unknown of ['proto oddity from 10.0.0.1 to 10.0.0.2', 'proto tcp from 10.0.0.1 port ssh to 10.0.0.2'])
    assert.equal(flow(`flow esp out ${unknown} type require\n`).templates[0]?.level, 'use');
});

test('of two flows for one packet neither forbids it where one lets it pass', () => {
  const bypass = 'flow esp out from 10.1.1.0/24 to 10.0.0.0/8 type bypass\n';
  const levels = (text: string) => listed(flows, text).policies?.map(({ templates: [one] }) => one?.level);
  assert.deepEqual(levels(tunnelOut + bypass), ['use', undefined]);
  assert.deepEqual(levels(tunnelOut + bypass.replace(' out ', ' in ')), ['required', undefined]);
  assert.deepEqual(levels(tunnelOut + bypass.replace('10.1.1.0', '10.9.1.0')), ['required', undefined]);
  const [deny] = listed(flows, `flow esp out from ::/0 to ::/0 type deny\n${bypass}`).policies ?? [];
  assert.equal(deny?.action, 'block');
  const [denyAll] = listed(flows, `flow esp out from 0.0.0.0/0 to 0.0.0.0/0 type deny\n${bypass}`).policies ?? [];
  assert.equal(denyAll?.action, 'allow');
});

test('what is no flow is not taken for a listing of flows', () => {
  for (const text of [`${tunnelOut}db> \n`, tunnelOut.replace('require', 'oddity'), tunnelOut.replace('10.1.0.0', '?')])
    assert.throws(() => listed(flows, text), { fault: 'guest' });
  assert.deepEqual(listed(flows, ''), { policies: [] });
});

properties(flows, [tunnelOut, 'flow esp in from 10.2.0.0/16 to 10.1.0.0/16 peer 192.0.2.2 type use\n']);
