import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { XfrmEvent } from '../../../../../src/evidence/ipsec.ts';
import { checkInjected } from '../../../../../src/suites/scenarios/drive/injected.ts';
import { acquiresIn } from '../../../../../src/suites/scenarios/drive/looks/xfrm-events.ts';
import type { Stepper } from '../../../../../src/suites/scenarios/drive/stepper.ts';
import { saOf } from '../../../evidence/wire/sas.ts';
import { fakeLab } from './fake-lab.ts';

const sa = { source: '192.0.2.1', destination: '192.0.2.2', spi: 0x1001 };
const exists = { status: 2, stdout: 'RTNETLINK answers: File exists\n' };

type Expect = 'accepted' | 'refused' | { refused: string | RegExp } | undefined;
const answers: readonly (readonly [answer: { status: number; stdout: string }, expect: Expect, passes: boolean])[] = [
  [{ status: 0, stdout: '' }, undefined, true],
  [{ status: 0, stdout: '' }, 'refused', false],
  [{ status: 0, stdout: 'File exists' }, { refused: 'File exists' }, false],
  [exists, undefined, false],
  [exists, 'accepted', false],
  [exists, 'refused', true],
  [exists, { refused: 'File exists' }, true],
  [exists, { refused: /^Error: / }, false],
];

for (const [answer, expect, passes] of answers) {
  test(`an answer of ${answer.status} where ${JSON.stringify(expect)} is expected ${passes ? 'passes' : 'fails'}`, async () => {
    const { west, typed, checks } = fakeLab(() => answer);
    const added = west.xfrm.state.add(sa, expect === undefined ? {} : { expect });
    if (passes) await added;
    else
      await assert.rejects(
        added,
        /expected ip xfrm state add src 192\.0\.2\.1 .* to be (accepted|refused).*, received/,
      );
    assert.deepEqual(
      checks.map(({ passed, host, matcher }) => [passed, host, matcher]),
      [[passes, 'west', 'toRun']],
    );
    assert.equal(typed[0]?.by, undefined);
  });
}

test('an SPI is read from the answer', async () => {
  const { west } = fakeLab(() => ({
    stdout: 'src 192.0.2.1 dst 192.0.2.2\n\tproto esp spi 0x00002001 reqid 1 mode transport\n',
  }));
  assert.equal(await west.xfrm.state.allocSpi({ ...sa, least: 0x2000, most: 0x2001 }), 0x2001);
});

test('a message of one’s own gives the error number, and a move needs its own to be 0', async () => {
  const acknowledgement = (error: number): string => {
    const bytes = Buffer.alloc(36);
    bytes.writeUInt32LE(36, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeInt32LE(-error, 16);
    return `${bytes.toString('hex')}\n`;
  };
  const move = {
    policy: { ...sa, direction: 'out' },
    from: [sa.source, sa.destination],
    to: ['192.0.2.3', '192.0.2.4'],
  } as const;
  const refusing = fakeLab(() => ({ stdout: acknowledgement(3) }));
  assert.equal(await refusing.west.xfrm.request(Uint8Array.of(1, 2)), 3);
  assert.match(refusing.typed[0]?.line ?? '', /^perl -e '.*' 0102$/);
  await refusing.west.xfrm.migrate(move, { expect: { refused: 'ESRCH' } });
  await assert.rejects(refusing.west.xfrm.migrate(move), /received refused: ESRCH/);
  const accepting = fakeLab(() => ({ stdout: acknowledgement(0) })).west.xfrm;
  // Not -0, which `toBe(0)` would not take.
  assert.equal(await accepting.request(Uint8Array.of(1)), 0);
  await accepting.migrate(move);
  await assert.rejects(
    fakeLab(() => ({ stdout: '\n' })).west.xfrm.request(Uint8Array.of(1)),
    /answered no acknowledgement/,
  );
});

const acquire = `acquire proto esp 
  sel src 192.0.2.1/32 dst 192.0.2.2/32 proto icmp type 8 code 0 
  policy src 192.0.2.1/32 dst 192.0.2.2/32 
	dir out priority 0 
	tmpl src 198.51.100.1 dst 198.51.100.2
		proto esp reqid 1 mode transport
`;

test('what the kernel asks for is read from its monitor', async () => {
  const one = { from: '192.0.2.1/32', to: '192.0.2.2/32', source: '198.51.100.1', destination: '198.51.100.2' };
  assert.deepEqual(acquiresIn(acquire + acquire), [one, one]);
  const { west, expect, checks } = fakeLab(() => ({ stdout: acquire }));
  await expect(west).toSeeXfrm('acquire', { to: '192.0.2.2' }, { count: 1, within: 0 });
  await expect(west).toSeeXfrm('acquire', { to: '192.0.2.3' }, { within: 0 });
  assert.deepEqual(
    checks.map(({ passed }) => passed),
    [true, false],
  );
  await assert.rejects(
    async () =>
      fakeLab(() => ({ status: 1 }))
        .expect(west)
        .toSeeXfrm('acquire'),
    /a host without a key manager asks for no SA/,
  );
});

test('an event is seen by what is asked of it, and counted', async () => {
  const { west, expect, checks, stepper } = fakeLab();
  const expired = (hard: boolean): XfrmEvent =>
    ({
      kind: 'sa-expired',
      hard,
      id: { protocol: 'esp', spi: 7, destination: '192.0.2.2' },
      source: '192.0.2.1',
    }) as XfrmEvent;
  Object.assign(stepper, { sightings: () => [expired(false), expired(true)] });
  const soon = { within: 0 } as const;
  await expect(west).toSeeXfrm('expire', {}, { count: 2, ...soon });
  await expect(west).toSeeXfrm('expire', { hard: true, spi: 7 }, { count: 1, ...soon });
  await expect(west).toSeeXfrm('expire', { hard: true }, { count: 2, ...soon });
  await expect(west).toSeeXfrm('expire', { spi: 8 }, soon);
  await expect(west).toSeeXfrm('mapping', {}, soon);
  await expect(west).not.toSeeXfrm('expire', { hard: false }, soon);
  assert.deepEqual(
    checks.map(({ passed }) => passed),
    [true, true, false, false, false, false],
  );
  assert.match(checks[3]?.received ?? '', /^0 such events; of this kind 2: /);
});

/** What a host has counted before and after packets arrived. */
type Counted = readonly [taken: bigint, seqError: number, noStates: number];

const injections: readonly (readonly [
  title: string,
  after: Counted,
  expect: 'accepted' | 'refused',
  passes: boolean,
  counter?: string,
])[] = [
  ['all taken', [2n, 0, 0], 'accepted', true],
  ['one taken', [1n, 0, 0], 'accepted', false],
  ['all taken, one lost behind the SA', [2n, 0, 1], 'accepted', false],
  ['all taken', [2n, 0, 0], 'refused', false],
  ['nothing happened', [0n, 0, 0], 'refused', false],
  ['all lost', [0n, 2, 0], 'refused', true],
  ['all lost for the reason', [0n, 2, 0], 'refused', true, 'XfrmInStateSeqError'],
  ['all lost for another reason', [0n, 0, 2], 'refused', false, 'XfrmInStateSeqError'],
  ['all lost for two reasons', [0n, 1, 1], 'refused', false, 'XfrmInStateSeqError'],
  ['one lost', [0n, 1, 0], 'refused', false],
];

for (const [title, after, expect, passes, counter] of injections) {
  test(`of two packets ${title}${counter ? ` (${counter})` : ''}: ${expect} ${passes ? 'holds' : 'fails'}`, async () => {
    const { stepper, book, checks } = fakeLab();
    let [taken, seqError, noStates]: Counted = [0n, 0, 0];
    Object.assign(stepper, {
      must: async () => ({ stdout: `XfrmInStateSeqError \t${seqError}\nXfrmInNoStates \t${noStates}\n` }),
      tables: () => ({ sas: [saOf({ use: { packets: taken, bytes: 0n, addTime: 0n, useTime: 0n } })] }),
    } satisfies Partial<Record<keyof Stepper, unknown>>);
    const put = async (): Promise<void> => {
      [taken, seqError, noStates] = after;
    };
    const at = { name: 'east', addresses: ['192.0.2.2'] };
    const origin = { file: 'a.scenario.ts', line: 3 };
    const injecting = checkInjected(
      { stepper, book },
      { frames: 2, origin, expect, at, ...(counter && { counter }) },
      put,
    );
    if (passes) await injecting;
    else await assert.rejects(injecting, /expected 2 packets to be/);
    assert.deepEqual(
      checks.map(({ passed }) => passed),
      [passes],
    );
  });
}

test('a counter that the kernel does not have is a mistake of the scenario', async () => {
  const { stepper, book } = fakeLab(() => ({ stdout: 'XfrmInError 0\n' }));
  const origin = { file: 'a.scenario.ts', line: 3 };
  const injection = {
    frames: 1,
    origin,
    expect: 'refused',
    at: { name: 'east', addresses: [] },
    counter: 'XfrmOops',
  } as const;
  await assert.rejects(
    checkInjected({ stepper, book }, injection, async () => {}),
    /has no XfrmOops/,
  );
});
