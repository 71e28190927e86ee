/** Runs one test when it is asked, behind the walls that the environment names, and says what CPU that took; tools/bench/walls.ts asks. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAttempt } from '../../src/lab/attempt.ts';
import { storeScenario } from '../../src/session/judging/stored-scenario.ts';
import { openSettings, openSuites, openSupply } from '../../src/session/local/open.ts';

const options = { substrate: 'uml', overlay: [], seed: '1', retries: 0, repeatEach: 1 };
const [suite = '', name = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const supply = openSupply(options, signal);
const settings = await openSettings([suite], options, supply);
const loaded = await (await openSuites([suite], options, supply)).get(suite)?.load(name);
if (loaded === undefined) throw new TypeError(`no suite ${suite}`);
const { entry } = loaded;

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU of the lab, its starter and its keeper, and of this process as their driver, ms. */
async function once(): Promise<number> {
  const runDir = mkdtempSync(join(tmpdir(), 'espalier-bench-walls-'));
  try {
    const dir = join(runDir, 'attempt');
    for (const folder of [dir, join(runDir, 'inputs')]) mkdirSync(folder);
    const own = ownCpu();
    const store = (): Promise<void> => storeScenario(runDir, dir, loaded as NonNullable<typeof loaded>);
    const request = {
      ...entry,
      attempt: 0,
      dir,
      load: async () => loaded as NonNullable<typeof loaded>,
      store,
      signal,
    };
    const { time, end } = await runAttempt(request, settings);
    if (end.word !== 'completed') throw new TypeError(`the lab did not complete: ${JSON.stringify(end)}`);
    return time.labCpuMs + ownCpu() - own;
  } finally {
    rmSync(runDir, { recursive: true, force: true });
  }
}

process.on('message', () => void once().then((cpuMs) => process.send?.({ cpuMs })));
process.send?.({ ready: true });
