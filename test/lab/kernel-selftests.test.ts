/** A tree of scripts laid out as the kernel's selftests are, in real labs: each comes to the word that its output and its end deserve. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { runAttempt } from '../../src/lab/attempt.ts';
import { uml } from '../../src/lab/substrate/uml/uml.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { judgeAttempt } from '../../src/session/judging/judge-attempt.ts';
import { storeScenario } from '../../src/session/judging/stored-scenario.ts';
import { type KernelInputs, openKernel } from '../../src/suites/kernel/kernel.ts';
import { selftests } from '../../src/suites/kernel/programs.ts';
import { SuiteFiles } from '../../src/suites/suite-files.ts';
import { ensureOverlayImage } from '../../src/supply/image/image.ts';
import { kernel, plan, skip } from './lab.ts';

/** Script → what it does, and the word and the first message that it comes to. */
const scripts: Readonly<Record<string, readonly [lines: string, word: string, message?: RegExp]>> = {
  'green.sh': ['ip netns add inner && ip -n inner link set lo up && echo "PASS: a namespace in the host"', 'passed'],
  'red.sh': ['echo "TEST: one [ OK ]"; echo "TEST: two [FAIL]"', 'major', /^two, although the program ended with 0/],
  'skips.sh': ['echo "SKIP: no such thing"; exit 4', 'unsupported', /SKIP: no such thing/],
  // For the rule about clocks: busywait
  'loops.sh': ['while :; do :; done', 'timeout', /not done after 2 s \(settings\)/],
  'first.sh': [
    'echo 0 >/proc/sys/net/core/message_cost && echo 1 >/proc/sys/net/ipv4/ip_forward && ip netns add inner && ' +
      '[ $(ip netns exec inner cat /proc/sys/net/ipv4/ip_forward) = 1 ] && ! ls -d /sys/class/net/*/bridge && echo "PASS: the first namespace"',
    'passed',
  ],
  'leaves.sh': ['sleep 9999 & echo "ok 1 a daemon stays"', 'passed'],
};

const dir = mkdtempSync(join(tmpdir(), 'espalier-kernel-'));
after(() => rmSync(dir, { recursive: true, force: true }));

function put(place: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(dir, place)), { recursive: true });
  writeFileSync(join(dir, place), text, { mode });
}

function makeTree(): void {
  for (const root of [`tree/${selftests}`, 'layer/opt/kselftests']) {
    put(`${root}/net/Makefile`, `TEST_PROGS := ${Object.keys(scripts).join(' ')}\n`);
    put(`${root}/net/settings`, 'timeout=2\n');
    for (const [name, [lines]] of Object.entries(scripts)) {
      const rule = name === 'loops.sh' ? '# busywait\n' : '';
      put(`${root}/net/${name}`, `#!/bin/bash\n${rule}${lines}\n`, 0o755);
    }
  }
}

async function verdictOf(name: string, inputs: KernelInputs): Promise<Verdict> {
  const suite = openKernel({
    name: 'kernel',
    files: new SuiteFiles(join(dir, 'tree')),
    known: [],
    inputs: async () => inputs,
  });
  const attempt = join(dir, 'attempts', name);
  mkdirSync(attempt, { recursive: true });
  const file = await runAttempt(
    {
      ...{ suite: 'kernel', name: `net/${name}`, attempt: 0, dir: attempt },
      load: () => suite.load(`net/${name}`),
      store: (loaded) => storeScenario(dir, attempt, loaded),
      signal: new AbortController().signal,
    },
    { substrate: uml, kernel: { id: 'k', sha256: '', path: kernel }, seed: 1n },
  );
  writeFileSync(join(attempt, 'attempt.json'), JSON.stringify(file));
  const clock = name === 'loops.sh' ? 'cpu' : undefined;
  assert.deepEqual(
    [file.clock, file.lacks, file.inputs.seed],
    clock ? [clock, ['seeds'], undefined] : [undefined, undefined, '1'],
  );
  return judgeAttempt(attempt, { runDir: dir, file });
}

test('scripts come to the words that they deserve', { skip }, async () => {
  makeTree();
  const { path: layer, id, sha256 } = await ensureOverlayImage(join(dir, 'layer'));
  const image = { id: 'i', sha256: '', path: plan([]).images.east ?? '', versions: {} };
  const common = { failures: [], options: undefined, builtIn: [], version: 'linux' };
  for (const [name, [, word, message]] of Object.entries(scripts)) {
    const verdict = await verdictOf(name, { ...common, image, layer, identity: { id, sha256 } });
    assert.equal(verdict.word, word, JSON.stringify(verdict.issues, undefined, 1));
    if (message !== undefined) assert.match(verdict.issues[0]?.message ?? '', message);
  }
});
