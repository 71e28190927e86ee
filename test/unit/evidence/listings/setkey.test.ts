import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { listed, properties } from './properties.ts';

const command = 'setkey -D';
const words = (count: number, byte: string): string => ` ${byte.repeat(4)}`.repeat(count);
const bytes = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

const life = `\tcreated: Jun 15 12:00:00 2025\tcurrent: Jun 15 12:00:30 2025
\tdiff: 30(s)\thard: 3600(s)\tsoft: 2880(s)
\tlast: Jun 15 12:00:28 2025\thard: 0(s)\tsoft: 0(s)
\tcurrent: 168(bytes)\thard: 1000(bytes)\tsoft: 0(bytes)
\tallocated: 2\thard: 0\tsoft: 7
\tsadb_seq=1 pid=811 refcnt=1
`;

/** As pfkey_sadump writes it; a key goes on in a second line behind 32 bytes. */
const freebsd = `192.0.2.1 192.0.2.2
\tesp mode=tunnel spi=3237998081(0xc0ffee01) reqid=7(0x00000007)
\tE: aes-cbc ${words(8, 'b2')}
\tA: hmac-sha2-512 ${words(8, 'a1')}
${words(8, 'a1')}
\tseq=0x00000002 replay=16 flags=0x00000400 state=mature${' '}
${life}`;

const netbsd = `2001:db8::1 2001:db8::2${' '}
\tesp mode=transport spi=4097(0x00001001) reqid=0(0x00000000)
\tE: 3des-cbc ${words(6, 'b2')}
\tA: hmac-sha256 ${words(8, 'a1')}
\tseq=0x00000000 replay=4 flags=0x00000000 state=dying${' '}
${life}`;

const inUdp = `192.0.2.1[4500] 192.0.2.2[4501]
\tesp-udp mode=any spi=8193(0x00002001) reqid=16389(0x00004005)
\tNAT: OAI=10.0.0.1 OAR=192.0.2.2
\tE: aes-gcm-16 ${words(5, 'c3')}
\tseq=0x00000000 replay=0 flags=0x00000000 state=mature${' '}
${life}`;

const noCipher = `192.0.2.1 192.0.2.2
\tesp mode=transport spi=12289(0x00003001) reqid=0(0x00000000)
\tA: hmac-sha1 ${words(5, 'a1')}
\tseq=0x00000000 replay=0 flags=0x00000000 state=mature${' '}
${life}`;

const larval = `192.0.2.2 192.0.2.1
\tesp mode=any spi=16385(0x00004001) reqid=0(0x00000000)
\tseq=0x00000000 replay=0 flags=0x00000000 state=larval${' '}
\tsadb_seq=0 pid=811 refcnt=1
`;

const compressed = `192.0.2.2 192.0.2.1
\tipcomp mode=any spi=3(0x00000003) reqid=0(0x00000000)
\tC: deflate \tseq=0x00000000 replay=0 flags=0x00000000 state=mature${' '}
${life}`;

const authenticated = noCipher.replace('esp mode', 'ah mode').replace('192.0.2.2\n', 'fe80::2%vtnet0\n');

const tcp = noCipher.replace('esp mode', 'tcp mode').replace('A: hmac-sha1', 'A: tcp-md5');

const entries = [freebsd, netbsd, inUdp, noCipher, larval, compressed, authenticated];

function one(text: string): IpsecSa {
  const [sa, ...more] = listed(command, text).sas ?? [];
  assert.ok(sa && more.length === 0);
  return sa;
}

test('an SA of FreeBSD has keys, sequence numbers, limits and counts as they are listed', () => {
  const sa = one(freebsd);
  assert.deepEqual(sa.encryption, { name: 'cbc(aes)', key: bytes(32, 0xb2) });
  assert.deepEqual(sa.integrity, { name: 'hmac(sha512)', key: bytes(64, 0xa1), truncation: 256 });
  assert.deepEqual(
    [sa.protocol, sa.spi, sa.mode, sa.reqid, sa.source, sa.destination],
    [...['esp', 0xc0ffee01, 'tunnel', 7, '192.0.2.1', '192.0.2.2']],
  );
  // Bytes of a bitmap.
  assert.deepEqual([sa.esn, sa.replayWindow, sa.direction, sa.larval], [true, 128, undefined, false]);
  assert.deepEqual(sa.lifetime, { hardBytes: 1000n, softPackets: 7n, hardAddSeconds: 3600n, softAddSeconds: 2880n });
  assert.deepEqual([sa.use.bytes, sa.use.packets], [168n, 2n]);
});

test('an SA of NetBSD, whose names are others', () => {
  const sa = one(netbsd);
  assert.deepEqual(sa.encryption, { name: 'cbc(des3_ede)', key: bytes(24, 0xb2) });
  assert.deepEqual([sa.integrity?.name, sa.integrity?.truncation], ['hmac(sha256)', 128]);
  assert.deepEqual([sa.family, sa.source, sa.mode, sa.esn], [6, '2001:db8::1', 'transport', false]);
});

test('AEAD in UDP, with the mode any', () => {
  const sa = one(inUdp);
  assert.deepEqual(sa.aead, { name: 'rfc4106(gcm(aes))', key: bytes(20, 0xc3), icv: 128 });
  assert.deepEqual(sa.encapsulation, {
    ...{ type: 'espinudp', sourcePort: 4500, destinationPort: 4501, originalAddress: '10.0.0.1' },
  });
  assert.deepEqual([sa.mode, sa.integrity], ['any', undefined]);
  const oa = one(inUdp.replace('NAT: OAI=10.0.0.1 OAR=192.0.2.2', 'NAT OA=10.0.0.3'));
  assert.equal(oa.encapsulation?.originalAddress, '10.0.0.3');
});

test('what is not listed is unknown: a cipher without a key may be none, or secret', () => {
  assert.deepEqual([one(noCipher).keysUnknown, one(noCipher).integrity], [true, undefined]);
  assert.equal(one(freebsd.replace(/(E: aes-cbc).*/, '$1 (secret)')).keysUnknown, true);
  assert.deepEqual([one(larval).larval, one(larval).keysUnknown], [true, undefined]);
  assert.equal(one(compressed).compression, 'deflate');
  assert.deepEqual([one(authenticated).protocol, one(authenticated).integrity?.name], ['ah', 'hmac(sha1)']);
  assert.equal(one(authenticated).destination, 'fe80::2');
});

test('dead SAs and those of TCP-MD5 are none, and an empty listing holds none', () => {
  assert.deepEqual(listed(command, tcp + freebsd.replace('state=mature', 'state=dead')).sas, []);
  assert.deepEqual(listed(command, 'No SAD entries.\n'), { sas: [] });
});

for (const [what, text] of [
  ['a line of the kernel', `${freebsd}vtnet0: link state changed to UP\n`],
  ['an SA without its state', freebsd.replace(/\n\tseq.*/, '')],
  ['an error', 'socket(PF_KEY): Protocol not supported\n'],
  ['a protocol that nobody knows', freebsd.replace('esp mode', 'mip mode')],
  ['an address that is none', freebsd.replace('192.0.2.2', '192.0.2.256')],
] as const)
  test(`${what} is not taken for a listing of SAs`, () => {
    assert.throws(() => listed(command, text), { fault: 'guest' });
  });

properties(command, entries);

const policies = 'setkey -DP';

const tail = `\tcreated: Jun 15 12:00:00 2025  lastused: Jun 15 12:00:00 2025
\tlifetime: 0(s) validtime: 0(s)
\tspid=5 seq=1 pid=811 scope=global${' '}
\trefcnt=1
`;
const required = `10.1.0.0/16[any] 10.2.0.0/16[any] any
\tout ipsec
\tesp/tunnel/192.0.2.1-192.0.2.2/unique:7
${tail}`;

function policy(text: string): IpsecPolicy {
  const [found, ...more] = listed(policies, text).policies ?? [];
  assert.ok(found && more.length === 0);
  return found;
}

test('a policy of FreeBSD and NetBSD says what must be protected', () => {
  const found = policy(required);
  assert.deepEqual([found.direction, found.action, found.index, found.priority], ['out', 'allow', 5, 0]);
  assert.deepEqual(found.selector.source, { address: '10.1.0.0', prefix: 16 });
  assert.deepEqual([found.selector.protocol, found.selector.sourcePort.mask], [0, 0]);
  assert.deepEqual(found.templates, [
    {
      ...{ protocol: 'esp', mode: 'tunnel', family: 4, source: '192.0.2.1', destination: '192.0.2.2' },
      ...{ spi: 0, reqid: 7, level: 'required' },
    },
  ]);
  assert.equal(policy(required.replace('] any\n', '] 255(reserved)\n')).selector.protocol, 0);
  assert.equal(policy(required.replace('out ipsec', 'out prio def + 3 ipsec')).templates.length, 1);
});

test('two protocols in transport mode, between the ends of the selector', () => {
  const found = policy(
    required.replace('esp/tunnel/192.0.2.1-192.0.2.2/unique:7', 'esp/transport//require\n\tah/transport//use'),
  );
  assert.deepEqual(
    found.templates.map(({ protocol, mode, destination, reqid, level }) => [protocol, mode, destination, reqid, level]),
    [
      ['esp', 'transport', '0.0.0.0', 0, 'required'],
      ['ah', 'transport', '0.0.0.0', 0, 'use'],
    ],
  );
});

test('actions, ports and ICMP', () => {
  const action = (word: string) => policy(required.replace(/out ipsec\n.*/, `out ${word}`));
  assert.deepEqual(
    [action('discard').action, action('none').action, action('bypass').action],
    ['block', 'allow', 'allow'],
  );
  assert.deepEqual(action('none').templates, []);
  const tcp = policy(required.replace('16[any] 10', '16[22] 10').replace('] any\n', '] tcp\n')).selector;
  assert.deepEqual([tcp.protocol, tcp.sourcePort, tcp.destinationPort.mask], [6, { port: 22, mask: 0xffff }, 0]);
  const icmp = policy(`2001:db8::1 2001:db8::/32 icmp6 135,0\n${required.slice(required.indexOf('\n') + 1)}`).selector;
  assert.deepEqual([icmp.protocol, icmp.sourcePort.port, icmp.destinationPort.mask], [58, 135, 0xffff]);
  assert.deepEqual(icmp.source, { address: '2001:db8::1', prefix: 128 });
});

test('what may let a packet pass forbids none', () => {
  const doubtful = {
    socket: `(no selector, probably per-socket policy)${' '}\n${required.slice(required.indexOf('\n') + 1)}`,
    interface: required.replace('scope=global', 'scope=ifnet ifname=ipsec0'),
    protocol: required.replace('] any\n', '] oddity\n'),
    level: required.replace('unique:7', 'default'),
    entrusted: required.replace(/out ipsec\n.*/, 'out entrust'),
  };
  for (const [what, text] of Object.entries(doubtful))
    assert.deepEqual(
      policy(text).templates.map(({ level }) => level),
      ['use'],
      what,
    );
  assert.equal(policy(doubtful.socket).direction, 'socket-out');
  assert.equal(policy(doubtful.interface).priority, 0xffff_ffff);
});

test('the first policy of a listing is the strongest', () => {
  const second = required.replace(/out ipsec\n.*/, 'out none');
  assert.deepEqual(
    listed(policies, required + second).policies?.map(({ priority, templates }) => [priority, templates.length]),
    [
      [0, 1],
      [1, 0],
    ],
  );
});

test('what is no policy is not taken for a listing of policies', () => {
  for (const text of [
    `${required}panic: oops\n`,
    required.replace('ipsec', 'oddity'),
    required.replace(/\n\tesp.*/, ''),
    required.replace(/(\n\tesp.*)/, '$1\n\todd/transport//require'),
    required.replace('[any] 10', '[any-port] 10'),
  ])
    assert.throws(() => listed(policies, text), { fault: 'guest' });
  assert.deepEqual(listed(policies, 'No SPD entries.\n'), { policies: [] });
});

properties(policies, [required, required.replace('out ipsec', 'in ipsec')]);
