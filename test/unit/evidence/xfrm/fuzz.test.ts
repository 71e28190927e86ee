import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { type RecordedLab, readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { readXfrmMessage } from '../../../../src/evidence/xfrm/event.ts';
import { readPolicies, readSas } from '../../../../src/evidence/xfrm/message.ts';
import { mutations } from '../mutations.ts';
import { realDump, realMessage, realMessages } from './real-messages.ts';

const count = Number(process.env['ESPALIER_FUZZ'] ?? 20_000);

function accepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    assert.ok(error instanceof EspalierError && error.fault === 'guest', String(error));
    return false;
  }
}

const inputs = [...realMessages.map(realMessage), realDump];

test('damaged real messages raise the declared error or nothing', () => {
  let refused = 0;
  for (const bytes of mutations(inputs, { count, seed: 3 })) {
    for (const read of [readXfrmMessage, readSas, readPolicies]) if (!accepted(() => read(bytes))) refused += 1;
  }
  assert.ok(refused > 0);
});

/** A lab whose host says all of these; every second new SA is in a dump after a command instead of an event. */
function labOf(payloads: readonly Uint8Array[]): RecordedLab {
  const { xfrmEvent, commandEnd, xfrmStates } = recordType;
  const frames = payloads.flatMap((payload, at): { type: number; payload: Uint8Array }[] => {
    if (payload[4] !== 0x10 || at % 2 === 0) return [{ type: xfrmEvent, payload }];
    return [
      { type: commandEnd, payload: new Uint8Array(4) },
      { type: xfrmStates, payload },
    ];
  });
  const records = frames.map((frame, sequence) => ({ ...frame, host: 0, time: BigInt(sequence), sequence }));
  return { hosts: ['east'], records };
}

test('a timeline of damaged messages raises the declared error or nothing', () => {
  let read = 0;
  let payloads: Uint8Array[] = [];
  for (const bytes of mutations(inputs, { count: count / 2, seed: 4 })) {
    if (accepted(() => readXfrmMessage(bytes))) payloads.push(bytes);
    if (payloads.length < 12) continue;
    if (accepted(() => readTimeline(labOf(payloads)))) read += 1;
    payloads = [];
  }
  assert.ok(read > 0);
});
