import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../../../src/base/files.ts';
import type { AttemptCost, AttemptFile } from '../../../../src/model/attempt.ts';
import type { Results } from '../../../../src/model/results.ts';
import type { VerdictWord } from '../../../../src/model/words.ts';
import { resultOf, summarize } from '../../../../src/results/results.ts';
import { jsonText, RunFolder } from '../../../../src/store/run-folder.ts';

/** What a made run is like. */
export interface SampleRun {
  readonly id: string;
  /** Name → word; all of suite `s`. */
  readonly words: Readonly<Record<string, VerdictWord>>;
  readonly kernel?: string;
  /** Has its `results.json`. */
  readonly ended?: boolean;
}

export const sampleCost: AttemptCost = {
  ...{ bootCpuMs: 60, daemonStartCpuMs: 300, commandsCpuMs: 500, postMortemCpuMs: 10, captureCpuMs: 30 },
  ...{ waitingCpuMs: 0, judgingCpuMs: 20, pageFaults: 50_000, handOvers: 90_000 },
};

/** Writes a run folder as a session would, with an attempt per test. */
export function writeSampleRun(runs: string, { id, words, kernel = 'k1', ended = true }: SampleRun): Results {
  const scenarios = Object.keys(words).map((name) => ({ suite: 's', name, status: 'good', hosts: ['east'] }));
  const machine = { cpu: '', cores: 1, memoryMiB: 1, system: '', node: '' };
  const options = { substrate: 'fake', overlay: [], retries: 0, repeatEach: 1 };
  const run = {
    version: 1 as const,
    id,
    started: id.slice(0, 10),
    espalier: '0',
    command: ['espalier'],
    options,
    machine,
    scenarios,
  };
  mkdirSync(runs, { recursive: true });
  const folder = RunFolder.create(runs, run);
  const results = scenarios.map((entry) => {
    const word = words[entry.name] ?? 'passed';
    const identity = (name: string) => ({ id: name, sha256: name });
    const file: AttemptFile = {
      version: 1,
      suite: 's',
      name: entry.name,
      attempt: 0,
      hosts: ['east'],
      inputs: { kernel: identity(kernel), images: {}, suite: identity('s1'), versions: {}, seed: '1' },
      end: { word: 'completed' },
      time: { started: id, wallMs: 1500, bootMs: 1, labCpuMs: 900, virtualNs: '9007199254740993' },
      cost: sampleCost,
    };
    const issues = word === 'passed' ? [] : [{ kind: 'made', word, message: 'made for a test' }];
    const verdict = { version: 2 as const, word, upstream: word, issues, adapted: [], passesOnlyAdapted: false };
    folder.writeAttempt(file);
    folder.writeVerdict(file, verdict);
    for (const [name, size] of [
      ['records', 4000],
      ['links/n.pcapng', 9000],
    ] as const) {
      writeAtomic(join(folder.attemptDir(file), name), 'x'.repeat(size));
    }
    writeAtomic(join(folder.attemptDir(file), 'scenario.json'), jsonText({ version: 1 }));
    return resultOf(entry, [{ attempt: 0, verdict, file }]);
  });
  const summary = summarize(
    id,
    scenarios,
    results.filter((result) => result !== undefined),
  );
  if (ended) folder.writeResults(summary);
  return summary;
}
