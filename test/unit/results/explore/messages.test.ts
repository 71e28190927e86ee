import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenFrame } from '../../../../src/evidence/evidence.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import type { StoredScenario } from '../../../../src/model/stored-scenario.ts';
import { exploredMessages } from '../../../../src/results/explore/messages.ts';
import { frameOf } from '../../../../src/suites/scenarios/api/frames.ts';

const ends = {
  sourceMac: '02:00:00:00:00:01',
  destinationMac: '02:00:00:00:00:02',
  source: '192.0.2.1',
  destination: '192.0.2.2',
};

function ike(exchange: number, flags: number, id: number, more = ''): Buffer {
  const body = Buffer.from(
    `0123456789abcdeffedcba987654321035${'20'}${exchange.toString(16).padStart(2, '0')}${flags.toString(16).padStart(2, '0')}`,
    'hex',
  );
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(id, 0);
  tail.writeUInt32BE(28 + more.length / 2, 4);
  return Buffer.concat([body, tail, Buffer.from(more, 'hex')]);
}

/** Frames of links in order, each with who put it there. */
function frames(all: readonly (readonly [link: string, sender: string, octets: Buffer])[]): SeenFrame[] {
  return all.map(([link, sender, octets], at) => {
    const time = BigInt(at);
    const [packet] = readWire([{ time, frame: frameOf(ends, { udp: { source: 500, destination: 500 }, octets }) }]);
    assert.ok(packet);
    return { file: `links/${link}.pcapng`, number: at + 1, time, sender, packet };
  });
}

test('messages are there once, whoever passes them on and however often they are sent', () => {
  const request = ike(35, 0x08, 1, '0000000c0002000300000000');
  const response = ike(35, 0x20, 1, '0000000c0001000100000000');
  const seen = frames([
    ['lan', 'road', request],
    ['wan', 'box', request],
    ['lan', 'road', request],
    ['wan', 'gate', response],
    ['wan', 'gate', Buffer.from('ff', 'hex')],
    ['other', 'gate', ike(36, 0x20, 9, '0000000c0001000100000000')],
  ]);
  const scenario = { links: ['lan', 'wan'] } as unknown as StoredScenario;
  const found = exploredMessages({ frames: seen, scenario });
  assert.deepEqual(
    found.map(({ link, text, copies }) => [link, text, copies]),
    [
      ['lan', 'IKE_AUTH request 1 fragment 2 of road', [0n, 2n]],
      ['wan', 'IKE_AUTH response 1 fragment 1 of gate', [3n]],
    ],
  );
  assert.deepEqual(found[0]?.match, {
    kind: 'ike',
    exchange: 35,
    messageId: 1,
    response: false,
    payload: 53,
    spi: '0123456789abcdef',
    fragment: 2,
  });
});

test('a message is named by all that is in clear, one of IKEv1 without a direction', () => {
  const scenario = { links: ['wan'] } as unknown as StoredScenario;
  const v1 = ike(2, 0, 0);
  v1[16] = 1;
  v1[17] = 0x10;
  const plain = ike(34, 0x08, 0);
  plain[16] = 33;
  const short = ike(35, 0x08, 2, '0000');
  const seen = frames([
    ['wan', 'west', v1],
    ['wan', 'west', plain],
    ['wan', 'west', short],
    ['wan', 'west', short],
    // The same fields and other octets: a message that was encrypted anew.
    ['wan', 'west', Buffer.concat([plain, Buffer.from('00', 'hex')])],
    ['wan', 'west', ike(35, 0x08, 3, '0000000c01020304')],
  ]);
  const unsent = { ...(frames([['wan', 'x', ike(36, 0, 7)]])[0] as SeenFrame) } as { sender?: string };
  delete unsent.sender;
  const found = exploredMessages({ frames: [...seen, unsent as SeenFrame], scenario });
  assert.deepEqual(
    found.map(({ copies }) => copies),
    [[0n], [1n, 4n], [2n, 3n], [5n]],
  );
  assert.deepEqual(
    found.map(({ from, exchange, text, match }) => ({ from, exchange, text, match })),
    [
      {
        from: 'west',
        exchange: 'Main Mode',
        text: 'Main Mode 0 of west',
        match: { kind: 'ike', exchange: 2, messageId: 0, payload: 1, spi: '0123456789abcdef' },
      },
      {
        from: 'west',
        exchange: 'IKE_SA_INIT',
        text: 'IKE_SA_INIT request 0 of west',
        match: { kind: 'ike', exchange: 34, messageId: 0, response: false, payload: 33, spi: '0123456789abcdef' },
      },
      {
        from: 'west',
        exchange: 'IKE_AUTH',
        text: 'IKE_AUTH request 2 of west',
        match: { kind: 'ike', exchange: 35, messageId: 2, response: false, payload: 53, spi: '0123456789abcdef' },
      },
      {
        from: 'west',
        exchange: 'IKE_AUTH',
        text: 'IKE_AUTH request 3 fragment 258 of west',
        match: {
          kind: 'ike',
          exchange: 35,
          messageId: 3,
          response: false,
          payload: 53,
          spi: '0123456789abcdef',
          fragment: 258,
        },
      },
    ],
  );
});
