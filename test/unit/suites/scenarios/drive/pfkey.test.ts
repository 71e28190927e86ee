import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saExtension } from '../../../../../src/evidence/pfkey/extensions.ts';
import { messageBytes, readMessage } from '../../../../../src/evidence/pfkey/message.ts';
import { pfKey } from '../../../../../src/suites/scenarios/api/pfkey-messages.ts';
import { fakeLab } from './fake-lab.ts';

const sa = { source: '192.0.2.1', destination: '192.0.2.2', spi: 0x1001 };

/** What the program in the guest prints: what send(2) said, and what was received. */
function answering(sent: number, ...messages: readonly Buffer[]): { stdout: string } {
  return { stdout: `${[String(sent), ...messages.map((message) => message.toString('hex'))].join('\n')}\n` };
}

function refusal(errno: number): Buffer {
  const message = messageBytes('add', 'esp', []);
  message[2] = errno;
  return message;
}

test('an answer without an error is an acceptance, and one with an error is not', async () => {
  await fakeLab(() => answering(0, messageBytes('add', 'esp', []))).west.pfkey.state.add(sa);
  const refusing = fakeLab(() => answering(0, refusal(17)));
  await refusing.west.pfkey.state.add(sa, { expect: { refused: 'File exists' } });
  await assert.rejects(refusing.west.pfkey.state.add(sa), /expected SADB_ADD to be accepted, received refused: EEXIST/);
  await assert.rejects(
    fakeLab(() => answering(0, messageBytes('add', 'esp', []))).west.pfkey.state.add(sa, { expect: 'refused' }),
    /expected SADB_ADD to be refused, received accepted/,
  );
});

test('what is no message is refused by send(2) itself', async () => {
  const { west, typed } = fakeLab(() => answering(90));
  assert.deepEqual(await west.pfkey.request(Uint8Array.of(2, 3)), { errno: 90, messages: [] });
  assert.match(typed[0]?.line ?? '', /^perl -e '[^']*' 0203$/);
});

test('an SPI is read from the answer', async () => {
  const told = messageBytes('getspi', 'esp', [
    saExtension({ spi: 0x2001, replayWindow: 0, integrity: 0, encryption: 0, flags: 0 }),
  ]);
  const { west } = fakeLab(() => answering(0, told));
  assert.equal(await west.pfkey.state.allocSpi({ ...sa, least: 0x2000, most: 0x2fff }), 0x2001);
});

for (const [what, stdout, says] of [
  ['without an answer', '0\n', /answered no message/],
  ['without what send said', 'PF_KEY: no\n', /what send\(2\) answered/],
] as const) {
  test(`a request ${what} is no acceptance and no refusal`, async () => {
    for (const expect of ['accepted', 'refused'] as const)
      await assert.rejects(fakeLab(() => ({ stdout })).west.pfkey.state.add(sa, { expect }), says);
  });
}

test('octets that are no message end the scenario', async () => {
  const { west } = fakeLab(() => ({ stdout: '0\n0203\n' }));
  await assert.rejects(west.pfkey.request(Uint8Array.of(2)), /sent no message of PF_KEY: 0203/);
});

test('an SA has an algorithm of its own, else AES-CBC and HMAC-SHA-1', () => {
  const numbers = (message: Buffer): readonly [integrity: number, encryption: number] => [
    message.readUInt8(26),
    message.readUInt8(27),
  ];
  assert.deepEqual(numbers(pfKey.addSa(sa)), [3, 12]);
  assert.deepEqual(numbers(pfKey.addSa({ ...sa, protocol: 'ah' })), [3, 0]);
  assert.deepEqual(numbers(pfKey.addSa({ ...sa, protocol: 'ipcomp' })), [0, 2]);
  assert.deepEqual(numbers(pfKey.addSa({ ...sa, encryption: ['cbc(des)', '11'.repeat(8)] })), [0, 2]);
  const keys = (message: Buffer) =>
    [...(readMessage(message)?.extensions.keys() ?? [])].filter((name) => /key/.test(`${name}`));
  assert.deepEqual(keys(pfKey.addSa({ ...sa, protocol: 'ipcomp' })), []);
});

const unsayable = {
  'an SA with ESN': () => pfKey.addSa({ ...sa, esn: true }),
  'an SA with a selector': () => pfKey.addSa({ ...sa, selector: {} }),
  'an algorithm without a number': () => pfKey.addSa({ ...sa, encryption: ['rfc4106(gcm(aes))', ''] }),
  'a flag without a number': () => pfKey.addSa({ ...sa, flags: ['icmp'] }),
  'a protocol without SAs': () => pfKey.addSa({ ...sa, protocol: 'hao' }),
  'a policy with a mark': () => pfKey.addPolicy({ direction: 'out', mark: { value: 1 } }),
  'a template with an SPI': () => pfKey.addPolicy({ direction: 'out', templates: [{ spi: 1 }] }),
};
for (const [what, ask] of Object.entries(unsayable)) {
  test(`${what} cannot be said`, () => assert.throws(ask, { fault: 'usage' }));
}
