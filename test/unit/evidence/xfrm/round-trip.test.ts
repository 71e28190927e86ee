import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { XfrmEvent } from '../../../../src/evidence/ipsec.ts';
import { readXfrmMessage } from '../../../../src/evidence/xfrm/event.ts';
import { readPolicies, readSas } from '../../../../src/evidence/xfrm/message.ts';
import { dump, eventMessage, policyMessage, saMessage } from '../xfrm-build.ts';
import { anyEvent, anyPolicy, anySa, aPolicy, aSelector } from '../xfrm-samples.ts';

test('any event that is written out reads back as it was', () => {
  fc.assert(fc.property(anyEvent, (event) => assert.deepEqual(readXfrmMessage(eventMessage(event)), event)));
});

test('a dump gives its entries in order', () => {
  fc.assert(
    fc.property(fc.array(anySa, { maxLength: 5 }), fc.array(anyPolicy, { maxLength: 5 }), (sas, policies) => {
      assert.deepEqual(readSas(dump(sas.map((sa) => saMessage(sa)))), sas);
      assert.deepEqual(readPolicies(dump(policies.map((policy) => policyMessage(policy)))), policies);
    }),
  );
});

const rare: XfrmEvent[] = [
  {
    kind: 'acquire',
    id: { protocol: 'esp', destination: '192.1.2.23' },
    source: '192.1.2.45',
    selector: aSelector({ protocol: 1 }),
    policy: aPolicy(),
    sequence: 3,
  },
  {
    kind: 'migrate',
    id: { direction: 'out', selector: aSelector(), type: 'main' },
    migrations: [
      {
        protocol: 'esp',
        mode: 'tunnel',
        reqid: 16389,
        oldSource: '192.1.2.45',
        oldDestination: '192.1.2.23',
        newSource: '192.1.3.33',
        newDestination: '192.1.2.23',
      },
    ],
    encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4500, originalAddress: '0.0.0.0' },
    ike: { local: '192.1.3.33', remote: '192.1.2.23' },
  },
  {
    kind: 'sa-migrated',
    id: { protocol: 'esp', spi: 0x1234, destination: '192.1.2.23', mark: { value: 1, mask: 0xff } },
    source: '2001:db8::1',
    destination: '2001:db8::2',
    reqid: 7,
    selector: aSelector(),
    mark: { value: 2, mask: 0xff },
    encapsulation: { type: 'espintcp', sourcePort: 4500, destinationPort: 4500, originalAddress: '::' },
  },
];

for (const event of rare) {
  test(`a rare event reads back as it was: ${event.kind}`, () => {
    assert.deepEqual(readXfrmMessage(eventMessage(event)), event);
  });
}

test('a move to no encapsulation is told by type 0', () => {
  const moved: Extract<XfrmEvent, { kind: 'sa-migrated' }> = {
    kind: 'sa-migrated',
    id: { protocol: 'esp', spi: 0x1234, destination: '192.1.2.23' },
    source: '192.1.3.33',
    destination: '192.1.2.23',
    reqid: 7,
    selector: aSelector(),
  };
  const none = { type: '0', sourcePort: 0, destinationPort: 0, originalAddress: '0.0.0.0' } as const;
  assert.deepEqual(readXfrmMessage(eventMessage({ ...moved, encapsulation: none })), moved);
});
