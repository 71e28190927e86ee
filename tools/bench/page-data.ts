import { type Depth, testData } from '../../src/report/page/test-data.ts';
import { harmlessJson } from '../../src/report/page/write-report.ts';
import { RunFolder } from '../../src/store/run-folder.ts';
import { currentResults } from '../../src/store/run-results.ts';

/** Tests of a run that are looked at, and how often each. */
const sampled = 40;
const rounds = { warm: 2, measured: 2 };

/** CPU milliseconds, on average, that the text of a test's page data takes: from the files of its attempt, downloads unwritten. */
export function pageDataCost(runDir: string, depth: Depth): number {
  const { results } = currentResults(RunFolder.open(runDir));
  const tested = results.filter(({ attempts }) => attempts.length > 0);
  const chosen = tested.filter((_, index) => index % Math.ceil(tested.length / sampled) === 0);
  const source = { runDir, runId: 'bench', put: () => {}, rerun: { options: [], paths: {} }, depth, number: '0' };
  const once = (): void => {
    for (const result of chosen) harmlessJson(testData(result, source));
  };
  for (let round = 0; round < rounds.warm; round += 1) once();
  const before = process.cpuUsage();
  for (let round = 0; round < rounds.measured; round += 1) once();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds.measured / chosen.length;
}
