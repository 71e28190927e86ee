import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentsOf } from '../../../../src/judge/oracles/moments.ts';
import { aPolicy } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, installed, type Story } from './evidence.ts';
import { back, found, inward, out } from './pair-story.ts';

/** In milliseconds. */
const momentsIn = (story: Story): readonly number[] =>
  momentsOf(evidenceOf(story)).map(({ time }) => Number(time) / 1e6);

test('hosts are compared at boundaries, at the last change before every quiet second, and at the end', () => {
  const steps: Story['steps'] = [
    [10, 'west', added(out())],
    [500, 'east', added(inward())],
    [1500, 'east', installed(aPolicy())],
    [2499.999999, 'west', added(inward(back))],
    [2600, 'west', installed(aPolicy({ direction: 'in' }))],
    [4000, 'east', deleted(inward())],
    [4500, 'west', 'command'],
  ];
  assert.deepEqual(momentsIn({ steps }), [500, 2600, 4500, 4500]);
  assert.deepEqual(momentsIn({ steps, end: 9000 }), [500, 2600, 4500, 9000]);
});

test('a boundary or an end that is also the last change is one moment', () => {
  const steps: Story['steps'] = [
    [10, 'west', added(out())],
    [20, 'west', 'command'],
    [20, 'west', { sas: [out({ reqid: 9 })] }],
  ];
  assert.deepEqual(momentsIn({ steps, end: 5000 }), [20, 5000]);
});

test('nothing from the post-mortem on counts, and the time until it does', () => {
  const steps: Story['steps'] = [
    [10, 'west', added(out())],
    [20, 'west', 'command'],
    [20, 'west', { sas: [out()] }],
    [7000, 'west', 'command'],
    [7000, 'west', deleted(out())],
    [9000, 'west', 'command'],
  ];
  assert.deepEqual(momentsIn({ steps, postMortem: 3 }), [20, 7000]);
  assert.deepEqual(momentsIn({ steps: [...steps.slice(0, 1), ...steps.slice(3)], postMortem: 1 }), [10, 7000]);
  assert.deepEqual(momentsIn({ steps, postMortem: 0 }), [10]);
});

test('where events of a host are lost, its tables are not compared until they are shown again', () => {
  const steps: Story['steps'] = [
    [5, 'west', added(out())],
    [10, 'east', added(inward())],
    [5000, 'east', 'lost'],
    [6000, 'west', added(inward(back))],
    [9000, 'west', 'command'],
    [9000, 'west', { sas: [out(), inward(back)] }],
    [9000, 'east', { sas: [inward()] }],
    [12_000, 'west', deleted(out())],
    [15_000, 'west', 'command'],
    [15_000, 'west', { sas: [inward(back)] }],
  ];
  assert.deepEqual(momentsIn({ steps }), [10, 9000, 12_000, 15_000, 15_000]);
});

test('half an SA that comes and goes while one command runs is found', () => {
  const long: Story['steps'] = [
    [10, 'west', added(out())],
    [7_200_010, 'west', deleted(out())],
    [7_200_020, 'west', 'command'],
  ];
  assert.deepEqual(
    found({ steps: long }).issues.map(({ kind, message }) => [kind, / \(for (.*)\)$/.exec(message)?.[1]]),
    [['half-open', '7200.0 s']],
  );
});

test('ends that differ while one command runs, and agree at its end, have differed', () => {
  const differing: Story['steps'] = [
    [10, 'west', added(out())],
    [20, 'east', added(inward({ mode: 'transport' }))],
    [5000, 'west', deleted(out())],
    [5000, 'east', deleted(inward({ mode: 'transport' }))],
    [5010, 'west', 'command'],
  ];
  assert.deepEqual(
    found({ steps: differing }).issues.map(({ kind }) => kind),
    ['sa-disagreement'],
  );
});
