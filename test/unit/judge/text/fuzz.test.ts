import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readStates } from '../../../../src/daemons/libreswan/read.ts';
import { readIkedSas } from '../../../../src/daemons/openiked/read.ts';
import { compareFacts } from '../../../../src/judge/text/compare-facts.ts';
import { readConsoleFacts } from '../../../../src/judge/text/read-facts.ts';
import { iked, rawState, sanitized } from '../../evidence/text/consoles.ts';

const numRuns = Number(process.env.ESPALIER_FUZZ ?? 1500);
const seeds = [sanitized, rawState, iked];

/** A real text with pieces of itself, or of noise, in the place of others. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(40), fc.nat(), fc.nat(40), fc.option(fc.string({ unit: 'binary', maxLength: 12 }))),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
  )
  .map(([text, cuts]) =>
    cuts.reduce((now, [at, length, from, taken, noise]) => {
      const start = at % (now.length + 1);
      const source = from % (now.length + 1);
      return now.slice(0, start) + (noise ?? now.slice(source, source + taken)) + now.slice(start + length);
    }, text),
  );

test('damaged texts make no reader throw, and compare with themselves as equal', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const facts = readConsoleFacts(text);
      assert.deepEqual(compareFacts(facts, readConsoleFacts(text)), []);
      compareFacts(readConsoleFacts(sanitized), facts);
      readStates(text);
      readIkedSas(text);
    }),
    { numRuns },
  );
});

test('lines made to be slow are read in time', () => {
  const long = 4000;
  const slow = ['[', '"a" #1: x', '1', ' ', 'a{', '#1: "', 'IP a > ', 'src a dst ', '"a" (', 'x === ', 'up '].map(
    (piece) => piece.repeat(long / piece.length),
  );
  const text = slow.flatMap((line) => [line, `"a" #1: ${line}`, `#1: "a"${line}`, `net{1}: ${line}`]).join('\n');
  const before = process.cpuUsage().user;
  readConsoleFacts(text);
  readIkedSas(text);
  assert.ok(process.cpuUsage().user - before < 2_000_000);
});
