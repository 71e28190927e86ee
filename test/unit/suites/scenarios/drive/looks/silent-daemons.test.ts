import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../../src/base/errors.ts';
import type { Matchers } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import { type Answer, fakeLab } from '../fake-lab.ts';

const now = { within: 0 } as const;

/** What lists SAs where no daemon answers. */
const silences: Readonly<Record<string, readonly Answer[]>> = {
  libreswan: [
    { status: 1, stdout: 'whack: Pluto is not running (no "/run/pluto/pluto.ctl")\n' },
    {
      status: 33,
      stdout:
        'ERROR: ipsec whack: Pluto is not running (no "/run/pluto/pluto.ctl"): No such file or directory (errno 2)\n',
    },
    { status: 127, stdout: 'bash: ipsec: command not found\n' },
    { status: 137, stdout: 'Killed\n' },
  ],
  strongswan: [
    { status: 2, stdout: 'vici: /run/charon.vici: No such file or directory\n' },
    { status: 111, stdout: '0000000105\nvici: charon hung up\n' },
    { status: 1, stdout: '' },
  ],
  openiked: [{ status: 1, stdout: 'ikectl: connect: /run/iked.sock: No such file or directory\n' }],
};

const asked: Readonly<Record<string, (it: Matchers) => Promise<void>>> = {
  toHaveIkeSas: (it) => it.toHaveIkeSas(0, now),
  'not.toHaveIkeSas': (it) => it.not.toHaveIkeSas({ atLeast: 1 }, now),
};

for (const [daemon, answers] of Object.entries(silences)) {
  test(`that ${daemon} has no IKE SA is not known where it does not answer`, async () => {
    for (const answer of answers) {
      for (const [name, ask] of Object.entries(asked)) {
        const { west, checks, expect } = fakeLab(() => answer, daemon);
        await ask(expect(west));
        const [check] = checks;
        assert.equal(check?.passed, false, `${name}: ${answer.stdout}`);
        assert.match(check?.received ?? '', /^no answer: exit status \d+ and \S/);
      }
      const { west } = fakeLab(() => answer, daemon);
      await assert.rejects(
        () => west.ikeSas(),
        (error) => error instanceof EspalierError && error.fault === 'guest' && error.detail.host === 'west',
      );
    }
  });
}

test('nor is that a stack in userspace has no IPsec SA', async () => {
  const answer = { status: 2, stdout: 'vici: /run/charon.vici: Connection refused\n' };
  const { west, checks, expect } = fakeLab(() => answer, 'strongswan', 'libipsec');
  await expect(west).toHaveIpsecSas(0, now);
  assert.deepEqual(
    checks.map(({ passed, received }) => [passed, received]),
    [[false, 'no answer: exit status 2 and vici: /run/charon.vici: Connection refused']],
  );
});

/** The status of libreswan's program is the number of a message: other than 0 where it listed traffic. */
test('a daemon that answers is heard, whatever the status of its program', async () => {
  const listed = '#2: "net", type=ESP, add_time=1, inBytes=84, outBytes=84, maxBytes=2^63B, id=\'@b\'\n';
  for (const [daemon, answer] of [
    ['libreswan', { status: 6, stdout: listed }],
    ['libreswan', { status: 0, stdout: '' }],
    ['openiked', { status: 0, stdout: '' }],
  ] as const) {
    const { west, checks, expect } = fakeLab(() => answer, daemon);
    await expect(west).toHaveIkeSas(0, now);
    assert.deepEqual([checks[0]?.passed, checks[0]?.received], [true, '0 IKE SAs'], daemon);
    assert.deepEqual(await west.ikeSas(), []);
  }
});
