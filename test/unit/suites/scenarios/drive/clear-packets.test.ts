import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeCapture } from '../../../../../src/evidence/capture/writer.ts';
import { daemonPorts } from '../../../../../src/judge/oracles/in-clear.ts';
import { clearTest } from '../../../../../src/judge/oracles/sent-in-clear.ts';
import { type ClearSearch, clearPackets } from '../../../../../src/suites/scenarios/drive/clear-packets.ts';
import { bytes, concat, ethernet, ipv4, udp } from '../../../evidence/build.ts';

const ping = ethernet(0x0800, ipv4(1, bytes('08000000 00010001')));
const esp = ethernet(0x0800, ipv4(50, bytes('00001000 00000001 00')));
const arp = ethernet(0x0806, new Uint8Array(28));
const forwarded = concat([ping.subarray(0, 6), bytes('020000000009'), ping.subarray(12)]);
const encapsulated = ethernet(0x0800, ipv4(17, udp(2000, 2001, bytes('00001000 00000001 00'))));

/** What is found on links with these frames. */
function found(t: TestContext, links: Record<string, readonly Uint8Array[]>, search: Partial<ClearSearch> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'links'));
  for (const [name, frames] of Object.entries(links)) {
    const packets = frames.map((frame, at) => ({ time: BigInt(at), frame }));
    writeFileSync(join(dir, 'links', `${name}.pcapng`), writeCapture({ links: [{ name, packets }] }));
  }
  const macs = new Set(['02:00:00:00:00:01']);
  return clearPackets(dir, { macs, links: Object.keys(links), test: clearTest({}), ports: daemonPorts([]), ...search });
}

test('packets in clear are found by link and number; ESP, other senders and what is no IP are none', (t) => {
  assert.deepEqual(found(t, { wan: [arp, esp, ping, forwarded], lan: [ping] }), [
    { link: 'wan', number: 3, text: '192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1' },
    { link: 'lan', number: 1, text: '192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1' },
  ]);
});

test('only the links and packets that are asked for count', (t) => {
  assert.deepEqual(found(t, { wan: [esp], lan: [ping] }, { links: ['wan'] }), []);
  assert.deepEqual(found(t, { wan: [ping] }, { test: clearTest({ to: '198.51.100.3' }) }), []);
});

test('ports of SAs are those of daemons', (t) => {
  assert.equal(found(t, { wan: [encapsulated] }).length, 1);
  const ports = { udp: new Set([2001]), tcp: new Set<number>() };
  assert.deepEqual(found(t, { wan: [encapsulated] }, { ports }), []);
});

test('a link without a capture is an error, and not a link without packets', (t) => {
  assert.throws(() => found(t, { wan: [ping] }, { links: ['lan'] }), /link lan has no capture/);
});
