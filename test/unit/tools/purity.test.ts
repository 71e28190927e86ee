import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purityProblems } from '../../../tools/gate/purity.ts';
import { rulesWith, tree } from './made-up.ts';

const rules = rulesWith({
  rooms: { 'src/pure': { imports: [], pure: true }, 'src/pure/deep': { imports: [] }, 'src/top': { imports: [] } },
  common: ['src/base/errors.ts'],
});

/** What is refused of this text in a pure room, without the place. */
function refused(text: string, path = 'src/pure/a.ts'): string[] {
  return purityProblems(tree({ [path]: text }), rules).map((line) =>
    line.replace(`${path}:1: `, '').replace(': this folder is pure', ''),
  );
}

const probes: [text: string, problem: string][] = [
  ['const { env } = process;', 'process'],
  ['export const a = process.env.HOME;', 'process'],
  ['export const a = { process };', 'process'],
  ['export const a = globalThis.process;', 'globalThis'],
  ['export const a = Math.random();', 'Math.random'],
  ["export const a = Math['random']();", 'Math as a whole'],
  ['const { random } = Math;', 'Math as a whole'],
  ['export const a = crypto.randomUUID();', 'crypto'],
  ['export const a = Date.now();', 'Date.now'],
  ['export const a = new Date();', 'Date as a whole'],
  ['export const a = Date();', 'Date as a whole'],
  ['export const a = new Date(2024, 1, 1);', 'Date as a whole'],
  ['export const a = (d: Date) => d.getHours();', 'getHours'],
  ['export const a = performance.now();', 'performance'],
  ['export const a = new Intl.NumberFormat();', 'Intl'],
  ['export const a = (5).toLocaleString();', 'toLocaleString'],
  ["export const a = ['b'].sort((x, y) => x.localeCompare(y));", 'localeCompare'],
  ["export const a = await import('node:fs');", 'import()'],
  ['export const a = import.meta.url;', 'import.meta'],
  ["export const a = require('node:fs');", 'require'],
  ["export const a = eval('1');", 'eval'],
  ["export const a = new Function('return 1');", 'Function'],
  ['export class A extends EventTarget {}', 'EventTarget'],
  ['export const a = Buffer.allocUnsafe(8);', 'Buffer.allocUnsafe'],
  ['export const a = fetch;', 'fetch'],
  ['setTimeout(() => {}, 1);', 'setTimeout'],
  ['export function f(a = performance) { return a; }', 'performance'],
  ['{ const process = 1; }\nexport const b = process;', 'src/pure/a.ts:2: process'],
];

for (const [text, problem] of probes) {
  test(`a pure room has no: ${text}`, () => assert.deepEqual(refused(text), [problem]));
}

test('what depends on arguments alone is no problem', () => {
  const text = [
    "import { thing } from './b.ts';",
    'interface Has { readonly process: number; now(): Date }',
    'export class Mine extends Map<string, Has> implements Has { process = 1; now() { return new Date(5); } }',
    'export function use(console: Has, { performance: fetch = 2 }, ...crypto: number[]): typeof process {',
    '  for (const setTimeout of [Math.max(...crypto), Date.UTC(2024, 1)]) outer: while (setTimeout) break outer;',
    '  try { thing(console.process, fetch, Buffer.from("x"), undefined, NaN); } catch (error) { throw error; }',
    '  return { process: console.now(), crypto } as never;',
    '}',
    'enum Never { process = 1 }',
  ].join('\n');
  assert.deepEqual(refused(text), []);
});

test('nested rooms and common files are held to it, other rooms are not', () => {
  const text = 'export const a = process.pid;\n';
  assert.deepEqual(refused(text, 'src/pure/deep/a.ts'), ['process']);
  assert.deepEqual(refused(text, 'src/base/errors.ts'), ['process']);
  assert.deepEqual(refused(text, 'src/top/a.ts'), []);
});
