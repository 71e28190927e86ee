/** The CPU time of a lab's parts, as the kernel process of a real lab measures it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../src/lab/cost.ts';
import { defaultLimits } from '../../src/lab/substrate/watchdog.ts';
import type { LoadedScenario } from '../../src/model/suite.ts';
import { type Ran, runLab, skip } from './lab.ts';

/** In the shell itself, and in a process of its own: both of the guest's processes, and of the kernel's at work for them. */
const count = (most: number): string => `i=0; while [ $i -lt ${most} ]; do i=$((i+1)); done`;

const usageOf = ({ result: { usage } }: Ran) => usage ?? assert.fail('nothing is known of its CPU time');

/** CPU time of each step, ms. */
function stepCosts(ran: Ran): number[] {
  const { marks, cpuMs } = usageOf(ran);
  const costs: number[] = [];
  for (const [index, { what, cpuMs: since }] of marks.entries()) {
    if (what < 1000) costs[what] = (costs[what] ?? 0) + (marks[index + 1]?.cpuMs ?? cpuMs) - since;
  }
  return costs;
}

test('what a command costs is counted for it, in whichever process', { skip }, async () => {
  const ran = await runLab([
    'east: true',
    `east: ${count(60_000)}`,
    `west: bash -c '${count(60_000)}'`,
    'west: for i in $(seq 40); do /bin/true; done',
    'east: true',
  ]);
  const [first = 0, own = 0, other = 0, many = 0, last = 0] = stepCosts(ran);
  const most = Math.max(first, last);
  assert.ok(own > 5 * most && other > 5 * most && many > 5 * most, `${[first, own, other, many, last]} ms`);
});

test('all of a lab’s CPU time belongs to a part of it', { skip }, async () => {
  const ran = await runLab(['east: echo one', `west: ${count(20_000)}`]);
  const usage = usageOf(ran);
  const loaded = { plan: { steps: [] } } as unknown as LoadedScenario;
  const cost = costOf(loaded, usage) ?? assert.fail('no marks came');
  const { bootCpuMs, commandsCpuMs, captureCpuMs, pageFaults, handOvers } = cost;
  assert.ok(Math.abs(bootCpuMs + commandsCpuMs + captureCpuMs - ran.result.cpuMs) < 4, JSON.stringify(cost));
  assert.ok(bootCpuMs > 10 && commandsCpuMs > 10, JSON.stringify(cost));
  assert.ok(pageFaults > 1000 && handOvers > 500, JSON.stringify(cost));
});

test('a lab that is killed has spent the rest on what it did', { skip }, async () => {
  const limits = { ...defaultLimits, spinCpuMs: 1000 };
  const ran = await runLab(['east: echo before', 'west: while :; do :; done'], { limits });
  assert.equal(ran.result.end.word, 'livelock');
  assert.ok((stepCosts(ran)[1] ?? 0) > 900, `${stepCosts(ran)} ms`);
});
