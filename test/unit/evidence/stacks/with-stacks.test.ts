import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { type LabRecord, recordType } from '../../../../src/evidence/records/record.ts';
import { withStacks } from '../../../../src/evidence/stacks/with-stacks.ts';
import { tablesAt } from '../../../../src/evidence/tables/tables.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { createWireOracle } from '../../../../src/evidence/wire/oracle.ts';
import { disagreementsOf } from '../../../../src/judge/oracles/disagreements.ts';
import { suites } from '../wire/seal.ts';

const log = readFileSync(join(import.meta.dirname, 'libipsec-6.1.0.log'), 'utf8');

const second = 1_000_000_000n;
const begin = 1_749_988_860n * second;

/** One record a second. */
const records = Array.from({ length: 60 }, (_, sequence) => ({
  type: recordType.labEnd,
  host: 0xffff,
  time: begin + BigInt(sequence) * second,
  sequence,
  payload: new Uint8Array(),
}));

function west(text: string, deaths: readonly bigint[] = []) {
  const timeline = readTimeline({ hosts: ['west', 'east'], records });
  const [host, other] = withStacks(timeline, [{ host: 'west', stack: 'libipsec', log: text, deaths }], records).hosts;
  assert.ok(host && other);
  assert.deepEqual(other.sas, []);
  return host;
}

const line = (at: number, group: string, text: string) => `${1_749_988_860 + at}.000001 11[${group}] ${text}\n`;
const counts = (host: ReturnType<typeof west>, at: number) => {
  const { sas, policies } = tablesAt(host, begin + BigInt(at) * second);
  return [sas.length, policies.length];
};

test('tables follow the log by time and by record, and their times are not exact', () => {
  const host = west(log);
  assert.equal(host.exact, false);
  assert.deepEqual(counts(host, 0), [0, 0]);
  assert.deepEqual(counts(host, 1), [2, 2]);
  assert.equal(tablesAt(host, 0).sas.length, 2, 'it is told with the last record before it');
  assert.ok(host.sas.every(({ versions: [first] }) => first?.sequence === 0));
});

test('while an SA is replaced there are two policies of one name, and the older goes', () => {
  const again = line(5, 'ESP', 'adding policy 10.1.0.0/24 === 10.2.0.0/24 out');
  const gone = line(9, 'ESP', 'deleting policy 10.1.0.0/24 === 10.2.0.0/24 out');
  const host = west(log + again + gone);
  assert.deepEqual(
    [counts(host, 4), counts(host, 8), counts(host, 10)],
    [
      [2, 2],
      [2, 3],
      [2, 2],
    ],
  );
});

test('with its process a stack’s tables go, whether it began anew or died', () => {
  const anew = west(log + line(7, 'DMN', 'Starting IKE charon daemon (strongSwan 6.1.0)'));
  assert.deepEqual(
    [counts(anew, 6), counts(anew, 8)],
    [
      [2, 2],
      [0, 0],
    ],
  );
  const dead = west(log, [begin + 3n * second]);
  assert.deepEqual(
    [counts(dead, 2), counts(dead, 3)],
    [
      [2, 2],
      [0, 0],
    ],
  );
});

test('SAs that move, end and are flushed', () => {
  const moved = line(
    2,
    'ESP',
    'updating SAD entry with SPI 8515f3a6 from 192.0.2.2[1]..192.0.2.1[2] to 192.0.2.2[3]..192.0.2.9[4]',
  );
  const host = west(
    log + moved + line(4, 'ESP', 'deleted inbound SAD entry with SPI 8515f3a6') + line(6, 'ESP', 'flushing SAD'),
  );
  const at = (when: number) => tablesAt(host, begin + BigInt(when) * second).sas.map(({ destination }) => destination);
  assert.deepEqual(
    [at(1), at(3), at(5), at(7)],
    [['192.0.2.1', '192.0.2.2'], ['192.0.2.2', '192.0.2.9'], ['192.0.2.2'], []],
  );
});

test('a wall clock that a scenario sets forward or back moves no event on the lab’s', () => {
  const offset = (sequence: number, ns: bigint) => {
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setBigInt64(0, ns, true);
    return { type: recordType.clockSet, host: 0xffff, time: begin + BigInt(sequence) * second, sequence, payload };
  };
  const day = 86_400;
  const set: LabRecord[] = [...records];
  set[10] = offset(10, BigInt(day) * second);
  set[20] = offset(20, BigInt(-2 * day) * second);
  const deleted = (at: number, spi: string) => line(at, 'ESP', `deleted inbound SAD entry with SPI ${spi}`);
  const timeline = readTimeline({ hosts: ['west'], records: set });
  const text = log + deleted(15 + day, '8515f3a6') + deleted(25 - 2 * day, '55438cd8').replace('inbound', 'outbound');
  const [host] = withStacks(timeline, [{ host: 'west', stack: 'libipsec', log: text, deaths: [] }], set).hosts;
  assert.deepEqual(
    host?.sas.map(({ ended }) => Number((ended?.time ?? 0n) - begin) / 1e9),
    [15.000001, 25.000001],
  );
});

const suite = suites.find(({ name }) => name === 'gcm 128 with an ICV of 16') ?? assert.fail();
const none = new Uint8Array();
const keyless: IpsecSa = {
  ...suite.sa,
  keysUnknown: true,
  aead: { name: 'rfc4106(gcm(aes))', icv: 128, key: none },
};
const sealed = (change = 0): Uint8Array => {
  const bytes = Uint8Array.from(
    suite.seal({ sequence: 1, high: 0, nextHeader: 4, inner: Buffer.from('abc'), extraBlocks: 0 }, suite.sa.esn),
  );
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ change;
  return bytes;
};

function judged(sas: readonly IpsecSa[], bytes: Uint8Array) {
  const oracle = createWireOracle(sas.map((sa, at) => ({ host: `host ${at}`, from: 0n, sa })));
  const { spi, source, destination } = suite.sa;
  const fact = oracle.judge({ time: 1n, link: 'l', source, destination, protocol: 'esp', spi, bytes });
  return [fact.word, 'reason' in fact ? fact.reason : ''];
}

test('a packet of an SA whose keys nobody tells is unjudged, whole or spoiled; with its peer’s keys it is judged by those', () => {
  assert.deepEqual(judged([keyless], sealed()), ['unjudged', 'no host tells the keys of this SA']);
  assert.deepEqual(judged([keyless, keyless], sealed(1)), ['unjudged', 'no host tells the keys of this SA']);
  for (const sas of [
    [suite.sa, keyless],
    [keyless, suite.sa],
  ]) {
    assert.deepEqual(judged(sas, sealed()), ['verified', '']);
    assert.deepEqual(judged(sas, sealed(1)), ['refused', 'integrity']);
  }
});

test('keys that are not known are not compared', () => {
  const end = (host: string, sa: IpsecSa) => ({ host, sa, policies: [] });
  assert.deepEqual(disagreementsOf([end('west', keyless), end('east', suite.sa)]), []);
  const other = { ...suite.sa, aead: { ...suite.sa.aead, key: Buffer.alloc(20, 7) } } as IpsecSa;
  assert.deepEqual(
    disagreementsOf([end('west', other), end('east', suite.sa)]).map(({ what }) => what),
    ['AEAD keys differ'],
  );
});
