import type { LabPlan, ScenarioEntry } from '../../../../src/model/scenario.ts';
import type { LoadedScenario, Suite } from '../../../../src/model/suite.ts';
import type { OpenOptions } from '../../../../src/suites/suite-entry.ts';

/** A command on one host, and what it has to print. */
export interface Greeting {
  readonly line: string;
  readonly wanted: string;
  readonly unsupported?: string;
}

const greetings: Readonly<Record<string, Greeting>> = {
  polite: { line: 'echo good day', wanted: 'good day\n' },
  rude: { line: 'echo what', wanted: 'good day\n' },
  mute: { line: 'true', wanted: '', unsupported: 'nobody speaks' },
};

export interface ToyScenario extends LoadedScenario {
  readonly judging: LoadedScenario['judging'] & { readonly wanted: string };
}

export async function openToy({ supply }: OpenOptions): Promise<Suite<ToyScenario>> {
  return {
    name: 'toy',
    list: async () => Object.entries(greetings).map(([name, greeting]) => entryOf(name, greeting)),
    load: async (name) => {
      const greeting = greetings[name] ?? { line: 'false', wanted: '' };
      const { id, path, sha256, versions } = await supply.image('debian-toy');
      const identity = { id, sha256 };
      return {
        format: 'toy',
        entry: entryOf(name, greeting),
        plan: planOf(greeting.line, path),
        judging: { wanted: greeting.wanted },
        images: { alpha: identity },
        suite: { id: 'toy-1', sha256: identity.sha256 },
        versions,
      };
    },
  };
}

function entryOf(name: string, { unsupported }: Greeting): ScenarioEntry {
  return { suite: 'toy', name, status: 'good', hosts: ['alpha'], ...(unsupported !== undefined && { unsupported }) };
}

const second = 1_000_000_000n;

function planOf(line: string, image: string): LabPlan {
  const nic = { name: 'eth0', link: 'wire', mac: '12:00:00:00:00:01', addresses: ['192.0.2.1/24'] };
  return {
    topology: { hosts: [{ name: 'alpha', nics: [nic], routes: [], sysctls: [] }], links: [{ name: 'wire' }] },
    images: { alpha: image },
    sharedTrees: [],
    files: [],
    cwd: '/root',
    shellSetup: [],
    steps: [{ kind: 'command', host: 'alpha', line, origin: { file: 'greetings', line: 1 } }],
    timing: { start: 1_800_000_000n * second, warmup: 0n, gap: 0n, deadline: 60n * second },
    collect: [],
    memory: 128,
  };
}
