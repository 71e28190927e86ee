import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, type Step, type Story } from './evidence.ts';

test('time behind the last command counts: half an SA that stays for two hours is half-open', () => {
  const steps: Step[] = [
    [10, 'west', added(anSa({ direction: 'out' }))],
    [20, 'west', 'command'],
    [20, 'west', { sas: [anSa({ direction: 'out' })] }],
  ];
  const issuesAt = (end: number, more: Story = {}) => comparePairs(evidenceOf({ steps, end, ...more })).issues;
  assert.deepEqual(
    issuesAt(7_200_020).map(({ kind, message }) => [kind, / \(for (.*)\)$/.exec(message)?.[1]]),
    [['half-open', '7200.0 s, to the end']],
  );
  assert.deepEqual(issuesAt(30_000), []);
  assert.deepEqual(
    issuesAt(7_200_020, { steps: [...steps, [30, 'west', 'command']], postMortem: 3 }),
    [],
    'a post-mortem is no time of the test',
  );
});

test('SAs made by hand excuse for a minute, and a command that comes later is not their cause', () => {
  const half = (commands: readonly (readonly [number, string])[], end: number) =>
    comparePairs(
      evidenceOf({
        steps: [
          [10, 'west', added(anSa({ direction: 'out' }))],
          [20, 'west', 'command'],
          [20, 'west', { sas: [anSa({ direction: 'out' })] }],
        ],
        commands,
        end,
      }),
    ).issues.length;
  const add = [5, 'ip xfrm state add src 192.1.2.45'] as const;
  assert.equal(half([add], 60_005), 0);
  assert.equal(half([add], 60_030), 1);
  assert.equal(half([add, [7_170_000, 'ip xfrm policy flush']], 7_200_000), 1);
});
