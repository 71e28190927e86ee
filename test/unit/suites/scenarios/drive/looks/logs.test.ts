import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordedDeath } from '../../../../../../src/evidence/records/decode.ts';
import { deathCondition, orderLook } from '../../../../../../src/suites/scenarios/drive/looks/logs.ts';
import type { MatcherInputs } from '../../../../../../src/suites/scenarios/drive/looks/looking.ts';
import { fakeLab } from '../fake-lab.ts';

type Case = readonly [
  what: string,
  found: readonly (readonly number[])[],
  forbidden: readonly number[],
  received: string | true,
];

const cases: readonly Case[] = [
  ['in order', [[3], [5], [9]], [], true],
  [
    'again and again',
    [
      [3, 7],
      [2, 8],
    ],
    [],
    true,
  ],
  ['the second before the first', [[3], [2]], [], 'no line with "b" behind the one before'],
  ['the first is missing', [[], [2]], [], 'no line with "a"'],
  ['one line is not behind itself', [[4], [4]], [], 'no line with "b" behind the one before'],
  ['disturbed', [[3], [9]], [5], 'lines 3, 9 of the log, and line 5 between them'],
  [
    'disturbed the first time only',
    [
      [3, 10],
      [9, 12],
    ],
    [5],
    true,
  ],
  ['what is forbidden stands outside', [[3], [9]], [2, 9, 10], true],
  ['the third is behind the first only', [[1], [5], [4]], [], 'no line with /c/i behind the one before'],
];

for (const [what, found, forbidden, received] of cases) {
  test(`lines in order: ${what}`, () => {
    const look = orderLook(['a', 'b', /c/i].slice(0, found.length), found, forbidden);
    assert.equal(look.holds, received === true, look.received);
    if (received !== true) assert.equal(look.received, received);
  });
}

test('a daemon that forked into the background has died, what it forked for a task has not', async () => {
  const death: RecordedDeath = { program: 'pluto', pid: 8, parent: 1, signal: 6, status: 0, core: true, forked: true };
  const holds = async (change: Partial<RecordedDeath>): Promise<boolean> => {
    const inputs = {
      host: { name: 'west', requireRecords: () => {} },
      stepper: { deaths: () => [{ ...death, ...change }] },
    };
    const condition = deathCondition(inputs as unknown as MatcherInputs, { program: 'pluto', signal: 6 });
    return (await condition.look({ file: 'x.scenario.ts', line: 1 })).holds === true;
  };
  assert.equal(await holds({}), true);
  assert.equal(await holds({ parent: 7, forked: false }), true);
  assert.equal(await holds({ parent: 7 }), false);
  assert.equal(await holds({ signal: 11 }), false);
});

/** What a log holds; `undefined`: there is none. The daemon's own log comes first. */
const logs: readonly (readonly [log: string, status: number, stdout: string, holds: boolean | undefined])[] = [
  ['has the line', 0, 'a line\n', true],
  ['has no such line', 0, '', false],
  ['is not there', 2, '', undefined],
  ['cannot be searched', 127, 'bash: grep: command not found\n', undefined],
];

for (const [log, status, stdout, holds] of logs) {
  test(`neither that a line was logged nor that it was not is known of no log: it ${log}`, async () => {
    for (const negated of [false, true]) {
      const { west, expect, checks } = fakeLab(() => ({ status, stdout }));
      const it = negated ? expect(west).not : expect(west);
      await it.toHaveLogged('a line', { within: 0 });
      await it.toHaveLoggedInOrder(['a line'], { within: 0 });
      assert.deepEqual(
        checks.map(({ passed }) => passed),
        holds === undefined ? [false, false] : [holds !== negated, holds !== negated],
      );
      if (holds === undefined)
        for (const { received } of checks) assert.match(received, /^\/var\/log\/charon\.log could not be searched/);
    }
  });
}

test('whether a log was searched is asked of the shell that searches it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-logs-'));
  const shell = (line: string) => {
    const here = line.replaceAll('/var/log/', `${folder}/`);
    const { status, stdout } = spawnSync('bash', ['-c', here], { encoding: 'utf8' });
    return { status: status ?? 1, stdout };
  };
  const { west, expect, checks } = fakeLab(shell);
  const look = async (): Promise<boolean[]> => {
    checks.length = 0;
    await expect(west).toHaveLogged('it is', { within: 0 });
    await expect(west).not.toHaveLogged('it is', { within: 0 });
    await expect(west).toHaveLoggedInOrder(['there', /it i[s]/], { within: 0 });
    await expect(west).not.toHaveLoggedInOrder(['there', /it i[s]/], { within: 0 });
    return checks.map(({ passed }) => passed);
  };
  assert.deepEqual(await look(), [false, false, false, false]);
  writeFileSync(join(folder, 'charon.out'), 'it is\n');
  assert.deepEqual(await look(), [true, false, false, false], 'what another log holds is known');
  writeFileSync(join(folder, 'charon.log'), 'there\n');
  assert.deepEqual(await look(), [true, false, false, true]);
  writeFileSync(join(folder, 'charon.log'), 'there\nit is\n');
  assert.deepEqual(await look(), [true, false, true, false]);
  rmSync(join(folder, 'charon.out'));
  writeFileSync(join(folder, 'charon.log'), 'there\n');
  assert.deepEqual(await look(), [false, true, false, true], 'its own log is enough');
  rmSync(folder, { recursive: true });
});
