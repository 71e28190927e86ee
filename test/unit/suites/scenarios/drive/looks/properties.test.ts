import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa } from '../../../../../../src/evidence/ipsec.ts';
import type { HowMany } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import type { PolicyProperties, SaProperties } from '../../../../../../src/suites/scenarios/api/sa-properties.ts';
import type { MatcherInputs } from '../../../../../../src/suites/scenarios/drive/looks/looking.ts';
import { policyCondition, saCondition } from '../../../../../../src/suites/scenarios/drive/looks/properties.ts';
import { encryptionName, integrityName } from '../../../../../../src/suites/scenarios/drive/looks/sa-names.ts';
import { anSa, aPolicy } from '../../../../evidence/xfrm-samples.ts';

const [own, far] = ['192.0.2.1', '192.0.2.2'] as const;
const bytes = (length: number) => new Uint8Array(length);
const used = { bytes: 840n, packets: 10n, addTime: 1000n, useTime: 1000n };
const incoming: IpsecSa = {
  ...anSa(),
  source: far,
  destination: own,
  mode: 'tunnel',
  use: used,
  lifetime: { hardAddSeconds: 3600n },
  errors: { replayWindow: 1, replay: 2, integrity: 3 },
  mark: { value: 7, mask: 0xffffffff },
};
const outgoing: IpsecSa = { ...incoming, source: own, destination: far, ifId: 5, lifetime: {} };

/** A host whose tables do not change. */
function inputs(sas: readonly IpsecSa[], policies: readonly IpsecPolicy[] = [], isLinux = true) {
  const lines: string[] = [];
  const host = { name: 'west', addresses: [own], isLinux, kernelTables: () => ({ sas, policies }) };
  const stepper = {
    wall: 1_600_000_000_000n,
    type: async ({ line }: { readonly line: string }) => void lines.push(line),
  };
  return { lines, inputs: { host, stepper } as unknown as MatcherInputs };
}

const origin = { file: 'a.scenario.ts', line: 1 };

const saCases: readonly (readonly [SaProperties, HowMany, holds: boolean])[] = [
  [{}, {}, true],
  [{}, { count: 2 }, true],
  [{ direction: 'in', source: far }, { count: 1 }, true],
  [{ direction: 'out', source: far }, {}, false],
  [{ ifId: 5 }, { count: 1 }, true],
  [{ ifId: 0 }, { count: 1 }, true],
  [{ mark: 7 }, { count: 2 }, true],
  [{ mark: 0 }, {}, false],
  [{ packets: 10, bytes: { atMost: 840 } }, { count: 2 }, true],
  [{ packets: { atLeast: 11 } }, { count: 0 }, true],
  [{ refused: 6 }, { count: 2 }, true],
  // 1000 + 3600 - 1600; the other one never expires.
  [{ remaining: 3000 }, { count: 1 }, true],
  [{ remaining: { atLeast: 0 } }, { count: 2 }, false],
  [{ mode: 'transport' }, {}, false],
  [{ encapsulated: false, esn: incoming.esn }, { count: 2 }, true],
];

/** Header fields that an SA copies by its flags: the kernel's default is to copy all but the differentiated services field inwards. */
const copying: readonly (readonly [readonly string[], 'in' | 'out', dscp: boolean, ecn: boolean])[] = [
  [[], 'out', true, true],
  [[], 'in', false, true],
  [['decap-dscp'], 'in', true, true],
  [['decap-dscp', 'dont-encap-dscp', 'noecn'], 'out', false, false],
];

for (const [flags, direction, copiesDscp, copiesEcn] of copying) {
  test(`an SA ${direction} with the flags ${flags.join(', ') || 'of none'} copies what it copies`, async () => {
    const sa = { ...(direction === 'in' ? incoming : outgoing), flags };
    const look = (properties: SaProperties) => saCondition(inputs([sa]).inputs, properties, {}).look(origin);
    assert.equal((await look({ direction, copiesDscp, copiesEcn })).holds, true);
    assert.equal((await look({ direction, copiesDscp: !copiesDscp })).holds, false);
    assert.equal((await look({ direction, copiesEcn: !copiesEcn })).holds, false);
  });
}

for (const [properties, options, holds] of saCases) {
  test(`SAs with ${Object.keys(properties).join(', ') || 'no properties'}: ${JSON.stringify(options)}`, async () => {
    const look = await saCondition(inputs([incoming, outgoing]).inputs, properties, options).look(origin);
    assert.equal(look.holds, holds, look.received);
  });
}

test('what a system does not list is neither so nor otherwise', async () => {
  const listed = { ...incoming, mode: 'any' } as const;
  const look = async (properties: SaProperties, sas: readonly IpsecSa[] = [listed]) =>
    (await saCondition(inputs(sas, [], false).inputs, properties, { count: 0 }).look(origin)).holds;
  assert.equal(await look({ source: far }), false);
  assert.equal(await look({ source: '192.0.2.77' }), true);
  for (const unknown of [{ refused: 0 }, { copiesEcn: true }, { mode: 'tunnel' }, { remaining: 1 }] as const)
    assert.equal(await look(unknown), undefined, JSON.stringify(unknown));
  assert.equal(
    await look({ encryption: 'aes128' }, [{ ...incoming, aead: undefined } as unknown as IpsecSa]),
    undefined,
  );
  assert.equal(await look({ refused: 0 }, []), true);
});

test('larval SAs are none; counters are read anew, and nothing else asks the host', async () => {
  const { inputs: given, lines } = inputs([{ ...incoming, larval: true }]);
  assert.deepEqual(await saCondition(given, { mode: 'tunnel' }, {}).look(origin), { holds: false, received: '0 of 0' });
  assert.deepEqual(lines, []);
  await saCondition(given, { packets: 1 }, {}).look(origin);
  assert.deepEqual(lines, [':']);
});

test('a check of SAs says what it wants and what there is', async () => {
  const condition = saCondition(
    inputs([incoming, outgoing]).inputs,
    { direction: 'in', packets: { atLeast: 11, atMost: 12 } },
    { count: 2, within: 5 },
  );
  assert.equal(condition.expected, '2 SAs with direction in, packets at least 11 and at most 12');
  assert.deepEqual(condition.wait, { within: 5 });
  assert.equal((await condition.look(origin)).received, '0 of 2: direction in, packets 10; direction out, packets 10');
});

const selector = (protocol: number) => ({
  family: 6 as const,
  source: { address: '2001:db8::', prefix: 64 },
  destination: { address: '::', prefix: 0 },
  protocol,
  sourcePort: { port: 135, mask: 0xffff },
  destinationPort: { port: 0, mask: 0 },
  ifindex: 0,
  user: 0,
});
const policies: readonly IpsecPolicy[] = [
  { ...aPolicy(), direction: 'out', action: 'allow', templates: [], selector: selector(58) },
  { ...aPolicy(), direction: 'in', action: 'block', selector: selector(0) },
  { ...aPolicy(), direction: 'socket-out', action: 'allow', templates: [], selector: selector(0) },
];

const policyCases: readonly (readonly [PolicyProperties, count: number])[] = [
  [{}, 2],
  [{ action: 'bypass', source: '2001:0db8::/64', destination: '::/0', protocol: 58, sourcePort: 135 }, 1],
  [{ action: 'bypass', source: '2001:db8::/65' }, 0],
  [{ action: 'discard', direction: 'in' }, 1],
  [{ action: 'protect' }, 0],
  [{ destinationPort: 0 }, 2],
];

for (const [properties, count] of policyCases) {
  test(`policies with ${JSON.stringify(properties)}`, async () => {
    const look = await policyCondition(inputs([], policies).inputs, properties, { count }).look(origin);
    assert.ok(look.holds, look.received);
  });
}

const ciphers: readonly (readonly [string, octets: number, name: string])[] = [
  ['cbc(aes)', 16, 'aes-128-cbc'],
  ['cbc(aes)', 32, 'aes-256-cbc'],
  ['rfc3686(ctr(aes))', 36, 'aes-256-ctr'],
  ['cbc(des3_ede)', 24, '3des-cbc'],
  ['cbc(camellia)', 32, 'camellia-256-cbc'],
  ['ecb(cipher_null)', 0, 'null'],
  ['cbc(twofish)', 32, 'cbc(twofish)'],
];
const aeads: typeof ciphers = [
  ['rfc4106(gcm(aes))', 20, 'aes-128-gcm'],
  ['rfc4106(gcm(aes))', 36, 'aes-256-gcm'],
  ['rfc4309(ccm(aes))', 35, 'aes-256-ccm'],
  ['rfc7539esp(chacha20,poly1305)', 36, 'chacha20-poly1305'],
];

test('the kernel’s algorithms have the names of proposals', () => {
  const { encryption: _, aead: __, integrity: ___, ...bare } = anSa();
  for (const [name, octets, expected] of ciphers)
    assert.equal(encryptionName({ ...bare, encryption: { name, key: bytes(octets) } }), expected);
  for (const [name, octets, expected] of aeads)
    assert.equal(encryptionName({ ...bare, aead: { name, key: bytes(octets), icv: 128 } }), expected);
  assert.equal(encryptionName(bare), undefined);
  const hash = (name: string, truncation: number) =>
    integrityName({ ...bare, integrity: { name, key: bytes(32), truncation } });
  assert.deepEqual(
    [hash('hmac(sha256)', 128), hash('hmac(sha256)', 96), hash('hmac(sha1)', 96), hash('hmac(md5)', 0)],
    ['hmac-sha2-256-128', 'hmac(sha256) 96', 'hmac-sha1-96', 'hmac(md5)'],
  );
  assert.equal(integrityName(bare), undefined);
});
