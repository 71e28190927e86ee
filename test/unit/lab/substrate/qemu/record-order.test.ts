import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordType } from '../../../../../src/evidence/records/record.ts';
import { inOrder } from '../../../../../src/lab/substrate/qemu/record-order.ts';

const [east, west] = [0, 1];
const payload = new Uint8Array();

/** Frames as `TYPE@TIME of HOST`. */
function ordered(
  ...frames: readonly (readonly [type: keyof typeof recordType, time: bigint, host: number])[]
): string[] {
  const names = Object.entries(recordType);
  return inOrder(frames.map(([type, time, host]) => ({ type: recordType[type], time, host, payload }))).map(
    ({ type, time, host }) => `${names.find(([, number]) => number === type)?.[0]}@${time} ${['east', 'west'][host]}`,
  );
}

test('without the end of a command frames are in the order of time, and of one time as they came', () => {
  assert.deepEqual(
    ordered(['output', 3n, west], ['xfrmStates', 2n, east], ['death', 2n, west], ['xfrmEvent', 1n, west]),
    ['xfrmEvent@1 west', 'xfrmStates@2 east', 'death@2 west', 'output@3 west'],
  );
});

test('tables of all machines follow the end of the command directly, what happened meanwhile comes behind', () => {
  assert.deepEqual(
    ordered(
      ['output', 5n, east],
      ['commandEnd', 10n, east],
      ['xfrmStates', 11n, east],
      ['xfrmPolicies', 12n, east],
      ['xfrmEvent', 13n, east],
      ['output', 14n, west],
      ['xfrmStates', 20n, west],
    ),
    [
      'output@5 east',
      'commandEnd@10 east',
      'xfrmStates@11 east',
      'xfrmPolicies@12 east',
      'xfrmStates@20 west',
      'xfrmEvent@13 east',
      'output@14 west',
    ],
  );
});

test('an event that the table of its own machine shows stands in front of it, one that it does not show behind', () => {
  assert.deepEqual(
    ordered(
      ['commandEnd', 10n, east],
      ['xfrmStates', 11n, east],
      ['xfrmEvent', 15n, west],
      ['xfrmEvent', 15n, east],
      ['xfrmStates', 20n, west],
      ['xfrmEvent', 25n, west],
    ),
    [
      'xfrmEvent@15 west',
      'commandEnd@10 east',
      'xfrmStates@11 east',
      'xfrmStates@20 west',
      'xfrmEvent@15 east',
      'xfrmEvent@25 west',
    ],
  );
});
