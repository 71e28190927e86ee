import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CostMark, costOf, readMarks } from '../../../src/lab/cost.ts';
import type { Step } from '../../../src/model/scenario.ts';
import type { LoadedScenario } from '../../../src/model/suite.ts';

const postMortem = 0xffff_ffff;
const evidence = 0xffff_fffe;
const waiting = 0xffff_fffd;
const orders = 0xffff_fffc;

function scenario(by: readonly (Step['by'] | undefined)[], startsDaemon?: readonly number[]): LoadedScenario {
  const origin = { file: 'f', line: 1 };
  const steps = by.map((who) => ({ kind: 'command', host: 'h', line: 'l', origin, ...(who && { by: who }) }));
  return { plan: { steps }, ...(startsDaemon && { startsDaemon }) } as unknown as LoadedScenario;
}

function usage(cpuMs: number, ...marks: readonly (readonly [what: number, cpuMs: number])[]) {
  // A hand-over comes with each millisecond.
  const all: CostMark[] = marks.map(([what, at]) => ({ what, cpuMs: at, handOvers: at, kernelMs: at }));
  return { marks: all, cpuMs, pageFaults: 3 };
}

const nothing = {
  ...{ bootCpuMs: 0, daemonStartCpuMs: 0, commandsCpuMs: 0, postMortemCpuMs: 0, captureCpuMs: 0, waitingCpuMs: 0 },
  ...{ pageFaults: 3 },
};

test('what lies between two marks belongs to what the first one says', () => {
  const course = usage(
    100,
    [0, 10],
    [evidence, 15],
    [1, 16],
    [evidence, 40],
    [2, 42],
    [postMortem, 60],
    [evidence, 90],
  );
  assert.deepEqual(costOf(scenario([undefined, undefined, undefined], [1]), course), {
    ...nothing,
    bootCpuMs: 10,
    commandsCpuMs: 5 + 18,
    daemonStartCpuMs: 24,
    postMortemCpuMs: 30,
    captureCpuMs: 1 + 2 + 10,
    handOvers: 90,
  });
});

test('what Espalier types itself is a start or a look; a driven lab waits for orders', () => {
  const course = usage(70, [waiting, 10], [orders, 20], [0, 21], [1, 41], [waiting, 44], [orders, 45], [2, 50]);
  assert.deepEqual(costOf(scenario(['start', 'look', undefined]), course), {
    ...nothing,
    bootCpuMs: 10,
    waitingCpuMs: 10 + 1,
    commandsCpuMs: 1 + 5 + 20,
    daemonStartCpuMs: 20,
    captureCpuMs: 3,
    handOvers: 50 - 10 - 1,
  });
});

test('a clock that seems to go back costs nothing twice', () => {
  const cost = costOf(scenario([undefined]), usage(30, [0, 20], [evidence, 18], [0, 25]));
  assert.deepEqual(cost, { ...nothing, bootCpuMs: 20, captureCpuMs: 5, commandsCpuMs: 5, handOvers: 25 });
});

test('without marks nothing is said', () => {
  assert.equal(costOf(scenario([]), usage(30)), undefined);
});

test('marks are read as the starter stores them, but for one that is cut off', () => {
  const bytes = Buffer.alloc(28 + 7);
  bytes.writeUInt32LE(evidence, 0);
  bytes.writeBigUInt64LE(1_234_567n, 4);
  bytes.writeBigUInt64LE(99n, 12);
  bytes.writeBigUInt64LE(1_000_001n, 20);
  assert.deepEqual(readMarks(bytes), [{ what: evidence, cpuMs: 1234.567, handOvers: 99, kernelMs: 1000.001 }]);
});
