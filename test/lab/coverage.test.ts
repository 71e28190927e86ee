/** `run --coverage`: what a kernel that counts tells of one row of `conformance`. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import type { CoveredFile } from '../../src/model/coverage.ts';
import { numbersIn } from '../../src/results/coverage/ranges.ts';
import { readAttemptFile } from '../../src/store/attempt-files.ts';
import { readCoverage } from '../../src/store/coverage.ts';
import { attemptPath } from '../../src/store/layout.ts';
import { isPresentProgram } from '../../src/supply/debian/machine-tools.ts';
import { notesOf } from '../../src/supply/kernel/coverage.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { ended } from '../e2e/sandbox.ts';
import { skip } from './lab.ts';

/** Its build takes longer than all labs of this file: CI has none. */
const counting = presentKernel({ coverage: true });
const none = counting === undefined && 'no kernel that counts is here (espalier kernel build --coverage)';
const noGcov = isPresentProgram('gcov') ? false : 'gcov is not installed';

const dir = mkdtempSync(join(tmpdir(), 'espalier-coverage-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** One row only adds SAs, which the kernel takes or refuses; in the other a packet is opened. */
const [adding, opening] = ['R2 a window has at most 4096 packets', 'F2 ESP in fragments is opened when it is whole'];

function callsOf(files: readonly CoveredFile[], source: string, name: string): number {
  const found = files.find((file) => file.source === source)?.functions.find((one) => one.name === name);
  assert.ok(found, `${source} has no ${name}`);
  return found.calls;
}

/** What gcov itself makes of an attempt's counters of one object: calls by function. */
function callsByGcov(attempt: string, object: string): Map<string, number> {
  const work = mkdtempSync(join(dir, 'gcov-'));
  const name = object.slice(object.lastIndexOf('/') + 1);
  cpSync(join(notesOf(counting?.path ?? ''), `${object}.gcno`), join(work, `${name}.gcno`));
  cpSync(join(attempt, `${object}.gcda`), join(work, `${name}.gcda`));
  const said = execFileSync('gcov', ['--json-format', '--stdout', `${name}.gcda`], { cwd: work, maxBuffer: 1 << 26 });
  const { files } = JSON.parse(said.toString()) as {
    files: { functions: { name: string; execution_count: number }[] }[];
  };
  return new Map(files.flatMap(({ functions }) => functions.map((one) => [one.name, one.execution_count])));
}

test('a run tells which code its rows reach, and what only one of them does', {
  skip: skip || none || noGcov,
}, async () => {
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const words = ['run', 'conformance', '-g', `:(${adding}|${opening})$`, '--coverage', '--output', dir];
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stderr, /^ {2}net\/xfrm +\d+ +\d+ +\d+\.\d +\d+ +\d+$/m);

  const [id = ''] = readdirSync(dir).filter((name) => name.includes('_'));
  const { attempts, lost, files, only } = readCoverage(join(dir, id)) ?? assert.fail('nothing was written');
  assert.deepEqual([attempts, lost], [2, []]);
  assert.ok(callsOf(files, 'net/xfrm/xfrm_user.c', 'xfrm_add_sa') > 0);
  assert.equal(callsOf(files, 'net/xfrm/xfrm_user.c', 'xfrm_do_migrate'), 0);
  const opened = callsOf(files, 'net/ipv4/esp4.c', 'esp_input');
  assert.ok(opened > 0);
  const sources = (name: string) => only.find((one) => one.name === name)?.files.map(({ source }) => source) ?? [];
  assert.ok(sources(opening).includes('net/ipv4/esp4.c'));
  assert.ok(!sources(adding).includes('net/ipv4/esp4.c'));

  const attempt = join(dir, id, attemptPath({ suite: 'conformance', name: opening, attempt: 0 }));
  assert.ok(readAttemptFile(attempt, 'files/gcov/net/ipv4/esp4.gcda'));
  execFileSync('tar', ['xf', join(attempt, 'artifacts.tar.zst'), '-C', dir]);
  assert.equal(callsByGcov(join(dir, 'files/gcov'), 'net/ipv4/esp4').get('esp_input'), opened);

  const lcov = readFileSync(join(dir, id, 'coverage', 'lcov.info'), 'utf8');
  const [, record = ''] = /^SF:net\/ipv4\/esp4\.c\n(.*?)^end_of_record$/ms.exec(lcov) ?? [];
  const { covered = '' } = files.find(({ source }) => source === 'net/ipv4/esp4.c') ?? {};
  assert.equal(record.match(/^DA:\d+,[1-9]/gm)?.length, numbersIn(covered).length);
  assert.match(readFileSync(join(dir, id, 'report', 'data', 'coverage.js'), 'utf8'), /^espalierData\("coverage",/);
});
