/** Fault rules on real labs: faults/faults.scenario.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { recordType } from '../../src/evidence/records/record.ts';
import type { FaultPlan } from '../../src/model/faults.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { openAttempt } from '../../src/store/open-attempt.ts';
import { skip } from './lab.ts';

const main = join(projectDir, 'src/cli/main.ts');

/** Runs the scenarios into a folder of their own; gives the folders of the run and of its attempts, and what was printed. */
async function runAll(t: TestContext, ...more: readonly string[]) {
  const output = mkdtempSync(join(tmpdir(), 'espalier-faults-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'faults'), ...more, '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  return { folder: join(output, id), attempts: join(output, id, 'attempts/faults'), printed: String(ran.stdout) };
}

test('single frames are lost, delayed, doubled, changed and injected, the same in every lab of a seed', {
  skip,
}, async (t) => {
  const { folder, attempts, printed } = await runAll(t, '--repeat-each', '2');
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
    printed,
  );
  // Two attempts of a seed that differ in a byte are an issue of the result (`nondeterminism`).
  const results = readFileSync(join(folder, 'results.json'), 'utf8');
  assert.ok(!results.includes('nondeterminism'), results);
});

const lost: FaultPlan = {
  version: 1,
  rules: [
    {
      link: 'wan',
      from: 'east',
      match: { kind: 'ike', exchange: 35, response: true },
      nth: 1,
      times: 1,
      action: { kind: 'drop' },
    },
  ],
};

test('a lab with a planned fault is that without one, up to the frame that is hit', { skip }, async (t) => {
  const plans = mkdtempSync(join(tmpdir(), 'espalier-plans-'));
  t.after(() => rmSync(plans, { recursive: true, force: true }));
  const attemptsOf = async (name: string, plan: FaultPlan): Promise<string> => {
    const file = join(plans, `${name}.faults.json`);
    writeFileSync(file, JSON.stringify(plan));
    return (await runAll(t, '-g', 'no fault', '--faults', file)).attempts;
  };
  const [free, faulted] = [await attemptsOf('none', { version: 1, rules: [] }), await attemptsOf('lost', lost)];
  const names = readdirSync(free);
  assert.equal(names.length, 2);
  for (const name of names) {
    const [one, other] = [openAttempt(join(free, name, '0')), openAttempt(join(faulted, name, '0'))];
    assert.equal(one.faults.length, 0);
    assert.deepEqual(
      other.faults.map(({ fate, rule }) => [fate, rule]),
      [['dropped', 1]],
    );
    const at = other.records.records.findIndex(({ type }) => type === recordType.fault);
    assert.deepEqual(other.records.records.slice(0, at), one.records.records.slice(0, at));
    const time = other.faults[0]?.time ?? 0n;
    const before = (attempt: typeof one) => attempt.capture('wan')?.packets.filter((packet) => packet.time < time);
    assert.ok((before(one)?.length ?? 0) > 4);
    assert.deepEqual(before(other), before(one));
  }
});
