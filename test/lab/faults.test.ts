/** Fault rules on real labs: faults/faults.scenario.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { skip } from './lab.ts';

test('single frames are lost, delayed, doubled, changed and injected, the same in every lab of a seed', {
  skip,
}, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-faults-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const suite = join(import.meta.dirname, 'faults');
  const args = ['run', suite, '--repeat-each', '2', '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const attempts = join(output, id, 'attempts/faults');
  const verdicts = readdirSync(attempts).map((name) => {
    const file = join(attempts, name, '0/verdict.json');
    const { word, issues } = verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return [decodeURIComponent(name), word, ...issues.map(({ kind, message }) => `${kind}: ${message}`)];
  });
  const idle = 'no frame on link wan was ike exchange=44 response=true: this rule did nothing';
  const remedy = 'compare it with the frames of the capture (`espalier pcap`)';
  assert.deepEqual(
    verdicts.filter(([, word]) => word !== 'passed'),
    [['actions on datagrams', 'unresolved', `scenario-fault: ${idle}; ${remedy}`]],
    String(ran.stdout),
  );
  // Two attempts of a seed that differ in a byte are an issue of the result (`nondeterminism`).
  const results = readFileSync(join(output, id, 'results.json'), 'utf8');
  assert.ok(!results.includes('nondeterminism'), results);
});
