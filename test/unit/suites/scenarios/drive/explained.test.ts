import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeScenario } from '../../../../../src/suites/scenarios/judge.ts';
import { type Answer, fakeLab } from './fake-lab.ts';

const now = { within: 0 } as const;
const refused =
  '[IKE] a\n[IKE] b\n[IKE] c\n[IKE] d\n[IKE] received AUTHENTICATION_FAILED notify error\ninitiate failed\n';

/** Why a check of SAs fails on a host whose commands are answered so. */
async function because(daemon: string, answers: Readonly<Record<string, Partial<Answer>>>, initiates = true) {
  const lab = fakeLab((line) => Object.entries(answers).find(([part]) => line.includes(part))?.[1] ?? {}, daemon);
  await lab.west.daemon.start();
  if (initiates) await lab.west.initiate('net');
  await lab.expect(lab.west).toHaveIpsecSas(2, now);
  const [check] = lab.checks;
  assert.equal(check?.passed, false);
  return check?.because;
}

test('a failed initiation explains why there are no SAs, by the end of what it printed', async () => {
  const text = await because('strongswan', { initiate: { status: 1, stdout: refused } });
  assert.equal(
    text,
    '`/usr/local/libexec/by-name initiate net` failed (exit status 1):\n[IKE] b\n[IKE] c\n[IKE] d\n[IKE] received AUTHENTICATION_FAILED notify error\ninitiate failed',
  );
  assert.equal(await because('strongswan', { initiate: { status: 0, stdout: 'initiate completed\n' } }), undefined);
  assert.equal(await because('strongswan', {}, false), undefined);
});

test('a daemon that does not wait says in its log what came of it', async () => {
  const text = await because('openiked', {
    'tail -n 5 /var/log/iked.log': { stdout: 'x\nsa_free: authentication failed\n' },
  });
  assert.match(
    text ?? '',
    / does not say whether it succeeded; the end of \/var\/log\/iked\.log:\nx\nsa_free: authentication failed$/,
  );
});

test('a daemon that does not run is said to, and that nobody has started it', async () => {
  for (const [daemon, word] of [
    ['libreswan', 'pluto'],
    ['strongswan', 'charon'],
    ['openiked', 'iked'],
  ] as const) {
    const lab = fakeLab((line) => (line.startsWith('pidof') && line.includes(word) ? { status: 1 } : {}), daemon);
    const check = async () => {
      await lab.expect(lab.west).toHaveIpsecSas(1, now);
      return lab.checks.at(-1)?.because;
    };
    assert.equal(await check(), `${daemon} does not run on west: the scenario has not called west.daemon.start()`);
    await lab.west.daemon.start();
    assert.equal(await check(), `${daemon} does not run on west`);
  }
});

test('nothing is asked where a check holds, or was to find nothing', async () => {
  const lab = fakeLab();
  await lab.expect(lab.west).toHaveIpsecSas(0, now);
  await lab.expect(lab.west).not.toHaveIpsecSas(0, now);
  await lab.expect(lab.west).toHaveLogged('x', now);
  assert.deepEqual(
    lab.checks.map(({ because: why }) => why),
    [undefined, undefined, undefined],
  );
  assert.ok(lab.typed.every(({ line }) => !line.startsWith('pidof')));
});

test('the issue shows it below the check', () => {
  const origin = { file: 'a.scenario.ts', line: 7 };
  const check = { matcher: 'toHaveIkeSas', host: 'west', expected: '1 IKE SA', received: '0 IKE SAs' } as const;
  const { issues } = judgeScenario({
    checks: [{ ...check, passed: false, time: '0', waited: '0', origin, because: 'charon does not run on west' }],
    end: { word: 'completed' },
    issues: [],
    facts: { issues: [], summary: undefined },
  } as never);
  assert.equal(issues[0]?.excerpt, 'charon does not run on west');
});
