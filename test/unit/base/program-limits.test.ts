import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EspalierError } from '../../../src/base/errors.ts';
import { projectDir } from '../../../src/base/folders.ts';
import { lowerLimit, type ProgramLimits } from '../../../src/base/foreign-program.ts';
import { run, succeed } from '../../../src/base/processes.ts';
import { programLimits } from '../../../src/base/program-limits.ts';

/** Programs that read what others made. */
const readers = /\b(?:run|succeed)\(\s*'(tar|dpkg-deb|make|git|strip|unshare|sh|grep)'/g;

/** Calls of these that get nothing of anybody's to read. */
const harmless: Readonly<Record<string, string>> = {
  'src/supply/debian/machine-tools.ts': 'installs the packages that Espalier names',
  'src/supply/image/mode.ts': 'tries whether namespaces are permitted',
};

/** The arguments of a call, up to the parenthesis that ends them. */
function argumentsAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')' && --depth === 0) return text.slice(start, at);
  }
  return text.slice(start);
}

test('every program that reads what others made has limits', () => {
  const found: string[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: projectDir })) {
    const text = readFileSync(join(projectDir, file), 'utf8');
    for (const { index, 1: program } of text.matchAll(readers)) {
      const call = argumentsAt(text, text.indexOf('(', index));
      // grep's are part of its bounds.
      if (!/\blimits\b|\.\.\.bounds/.test(call) && harmless[file] === undefined) found.push(`${file}: ${program}`);
    }
  }
  assert.deepEqual(found, []);
});

const runaways: readonly (readonly [name: string, script: string, limits: ProgramLimits, message: RegExp])[] = [
  ['CPU', 'while :; do :; done', { cpuSeconds: 1, fileBytes: 0 }, /used all the CPU time that it may use/],
  ['a file', 'exec yes >file', { cpuSeconds: 60, fileBytes: 100_000 }, /wrote without end/],
  [
    'memory',
    'exec sort -S 2G /dev/zero',
    { memory: 200_000_000, cpuSeconds: 60, fileBytes: 0 },
    /exit status 2[\s\S]*memory/,
  ],
];

for (const [name, script, limits, message] of runaways) {
  test(`a program that takes ${name} without end is ended, and the error says why`, async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'espalier-limits-'));
    try {
      await assert.rejects(
        succeed('sh', ['-c', script], { cwd, limits, timeoutMs: 60_000, env: { ...process.env, LC_ALL: 'C' } }),
        (error: EspalierError) => {
          assert.match(`${error.message}\n${error.detail.output}`, message);
          return true;
        },
      );
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
}

test('all limits can be set here, by whoever runs this', async () => {
  for (const [name, limits] of Object.entries(programLimits)) {
    const { status, stderr } = await run('true', [], { limits });
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

test('a limit above the one of this process gives way to it', () => {
  const text = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             1000                 2000                 bytes
`;
  assert.equal(lowerLimit(text, 'Max file size', 5000), 2000);
  assert.equal(lowerLimit(text, 'Max file size', 500), 500);
  assert.equal(lowerLimit(text, 'Max cpu time', 60), 60);
  assert.equal(lowerLimit(text, 'Max open files', 4), 4);
});
