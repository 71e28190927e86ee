import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../../../src/model/checks.ts';
import { checkLeaks } from '../../../../src/suites/scenarios/check-leaks.ts';
import { bytes, ipv4, udp } from '../../evidence/build.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, ms, seen } from '../../judge/oracles/evidence.ts';

const ping = ipv4(1, bytes('08000000 00010001'));
const encapsulated = ipv4(17, udp(2000, 2001, bytes('00001000 00000001 00')));
const encapsulation = {
  type: 'espinudp',
  sourcePort: 2000,
  destinationPort: 2001,
  originalAddress: '0.0.0.0',
} as const;

const frames = [
  seen(1, ping),
  seen(2, ping, 'east'),
  seen(3, encapsulated),
  { ...seen(5, ping), file: 'links/lan.pcapng' },
  seen(9, ping),
].map((frame, index) => ({ ...frame, number: index + 1 }));
const evidence = evidenceOf({ frames, steps: [[6, 'east', added(anSa({ encapsulation }))]] });

function check(change: Partial<Check> = {}): Check {
  const text = { expected: 'not packets in clear', received: '' };
  const origin = { file: 'a.scenario.ts', line: 1 };
  const time = String(ms(8));
  return { matcher: 'toHaveSentInClear', host: 'west', passed: false, time, waited: '0', origin, ...text, ...change };
}

const rows: readonly (readonly [title: string, change: Partial<Check>, numbers: readonly number[]])[] = [
  ['all of the host until then, but what an SA of that time explains', {}, [1, 4]],
  ['before that SA, its packets too', { time: String(ms(4)) }, [1, 3]],
  ['at the very moment', { time: String(ms(9)) }, [1, 4, 5]],
  ['another host', { host: 'east' }, [2]],
  ['one link', { expected: 'not packets in clear on lan' }, [4]],
  ['another destination', { expected: 'not packets in clear to 10.0.0.0/8' }, []],
  ['its destination', { expected: 'not packets in clear to 198.51.100.2 on test' }, [1]],
  ['a check that holds', { passed: true }, []],
  ['a check that wants packets in clear', { expected: 'packets in clear' }, []],
  ['another matcher', { matcher: 'toReach' }, []],
];
for (const [title, change, numbers] of rows) {
  test(`frames in clear by a failed check: ${title}`, () => {
    const found = checkLeaks([check(change)], evidence);
    assert.deepEqual(
      found.map(({ kind, frame }) => [kind, frame.number]),
      numbers.map((number) => ['check-leak', number]),
    );
  });
}
