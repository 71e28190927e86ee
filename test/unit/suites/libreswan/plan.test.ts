import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readsOfOthers } from '../../../../src/suites/libreswan/plan.ts';

/** Lines as `east: ipsec start`. */
function shared(...lines: readonly string[]): boolean {
  return readsOfOthers(
    lines.map((text) => {
      const [host = '', ...rest] = text.split(': ');
      return { host, line: rest.join(': ') };
    }),
  );
}

test('a pattern takes in what other hosts wrote', () => {
  assert.equal(shared('east: grep -e "established IKE SA" OUTPUT/*pluto.log'), true);
  assert.equal(shared('east: cat /testing/pluto/one/OUTPUT/east.[ab]'), true);
});

test('a file that two hosts name may be written by one and read by the other', () => {
  assert.equal(
    shared('east: ipsec showhostkey > OUTPUT/east.hostkey', 'west: cat OUTPUT/east.hostkey >>/etc/ipsec.conf'),
    true,
  );
  assert.equal(shared('west: pk12util -o OUTPUT/west.p12', 'east: pk12util -i "OUTPUT/west.p12"'), true);
});

test('files that one host alone names, and those with its own name in theirs, are not shared', () => {
  assert.equal(shared('road: cp /tmp/xfrm-monitor.out OUTPUT/road.xfrm-monitor.txt', 'east: ipsec start'), false);
  assert.equal(
    shared('east: grep rekey OUTPUT/$(hostname).pluto.log', 'west: grep rekey OUTPUT/$(hostname).pluto.log'),
    false,
  );
  assert.equal(shared('east: cat OUTPUT/`hostname`.crt', 'west: cat OUTPUT/`hostname`.crt'), false);
  assert.equal(shared('east: cat OUTPUT/a OUTPUT/b', 'west: cat OUTPUT/c'), false);
});
