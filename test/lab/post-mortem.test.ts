/** Our stand-ins for the suite's post-mortem.sh must find what the suite's own find. East runs ours, west the suite's. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { startLab } from '../../src/lab/substrate/lifecycle.ts';
import { uml } from '../../src/lab/substrate/uml/uml.ts';
import type { LabPlan, PlacedFile, Step } from '../../src/model/scenario.ts';
import type { LoadedScenario } from '../../src/model/suite.ts';
import { openSuites, openSupply } from '../../src/session/local/open.ts';
import { obtainLibreswan } from '../../src/suites/libreswan/obtain.ts';
import { ensureKernel } from '../../src/supply/kernel/kernel.ts';
import { type Command, readCommands } from '../conformance/transcripts.ts';
import { skip } from './lab.ts';

const whack = '/usr/libexec/ipsec/whack';
const end = '/tmp/whack "$@"; sleep 1;';

/** Writes lines into the log. */
function logged(...lines: readonly string[]): string {
  return `printf '| %s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >>/tmp/pluto.log;`;
}

/** What goes wrong while pluto is told to end, as a `whack` that does it. */
const damages: Readonly<Record<string, string>> = {
  nothing: end,
  leak: `${end} sed -i 's/found no leaks/found 3 leaks/' /tmp/pluto.log`,
  'silent leak detective': `${end} sed -i '/leak detective/d' /tmp/pluto.log`,
  'disabled leak detective': `${end} echo leak-detective disabled >>/tmp/pluto.log`,
  reference: `${end} echo '| newref damage@0x1234(0->1)' >>/tmp/pluto.log`,
  'use after free': `${end} ${logged('newref damage@0x1234(0->1)', 'delref damage@0x1234(1->0)', 'damage@0x1234')}`,
  'place in a hash table': `${end} ${logged('newref damage@0x1234(0->1)', 'delref damage@0x1234(1->0)', 'entry hash_table_entries.serialno@0x1234')}`,
  state: `${end} ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode tunnel enc 'ecb(cipher_null)' ''`,
  policy: `${end} ip xfrm policy add src 192.0.2.1 dst 192.0.2.2 dir out priority 1`,
  core: `${end} echo >/tmp/core.host.pluto.9`,
  'daemon that stays': 'true',
};

/** A version of the script. */
interface Generation {
  /** Ours; absent: what the suite's scenarios get. */
  readonly ours?: string;
  /** What stands in for the suite's program that counts references; absent: it is Debian's, and so is the script that runs beside ours. */
  readonly counter?: string;
  readonly harmless: readonly string[];
}

/** Of the damages alone: a use after the last reference went, and references that are left. */
const counter = `
/ newref damage@0x1234/ { count = 1; known = 1; next }
/ delref damage@0x1234/ { count = 0; next }
/@0x1234/ { if (known && !count) status = 1 }
END { exit status || count > 0 }
`;

const generations: Readonly<Record<string, Generation>> = {
  'since 5.0': { harmless: ['nothing', 'disabled leak detective'] },
  'of 4.9 to 4.15': {
    ours: 'post-mortem-4.15',
    counter,
    harmless: [
      ...['nothing', 'disabled leak detective', 'silent leak detective', 'place in a hash table', 'state', 'policy'],
    ],
  },
};

const cleanUp = 'killall -q pluto; sleep 1; rm -f /tmp/core* /tmp/pluto.log; ip xfrm state flush; ip xfrm policy flush';
const scripts: readonly (readonly [string, string])[] = [
  ['east', '/testing/guestbin/ours.sh'],
  ['west', '/testing/guestbin/suites-own.sh'],
];

function stepsOf(asked: typeof scripts): Step[] {
  const lines = asked.flatMap(([host, script]) => [
    [
      host,
      `/testing/guestbin/swan-prep --nokeys; cp ${whack} /tmp/whack; touch /tmp/bent; mount --bind /tmp/bent ${whack}`,
    ],
    ...Object.values(damages).flatMap((damage) => [
      [host, `(echo '#!/bin/sh'; echo ${shellWord(damage)}) >/tmp/bent; chmod 755 /tmp/bent`],
      [host, 'rm -f OUTPUT/*post-mortem*; ipsec start; sleep 2'],
      [host, script],
      [host, cleanUp],
    ]),
  ]);
  return lines.map(([host = '', line = ''], index) => {
    return { kind: 'command', host, line, origin: { file: 'test', line: index + 1 } };
  });
}

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

async function run(plan: LabPlan): Promise<Command[]> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-lab-'));
  try {
    const { path } = await ensureKernel({ selection: process.env.ESPALIER_KERNEL });
    await using lab = await startLab(uml, { dir, plan, kernel: path, seed: 1n, hold: false });
    assert.deepEqual((await lab.ended).end, { word: 'completed' });
    return readCommands(readFileSync(join(dir, 'records')));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Both scripts, and the program that they call where it is ours. */
async function placedFiles(loaded: LoadedScenario, { ours, counter }: Generation): Promise<PlacedFile[]> {
  const { dir } = await obtainLibreswan();
  const given = loaded.plan.files.find(({ path }) => path === '/testing/guestbin/post-mortem.sh')?.content;
  const own = ours === undefined ? given : readFileSync(join(projectDir, 'src/suites/libreswan/guest', ours));
  assert.ok(own);
  const place = (path: string, content: Uint8Array): PlacedFile => ({ host: '*', path, mode: 0o755, content });
  return [
    place('/testing/guestbin/ours.sh', own),
    place('/testing/guestbin/suites-own.sh', readFileSync(join(dir, 'guestbin/post-mortem.sh'))),
    ...(counter === undefined ? [] : [place('/testing/utils/refcnt.awk', Buffer.from(counter))]),
  ];
}

for (const [name, generation] of Object.entries(generations)) {
  test(`our post-mortem for suites ${name} finds what the suite’s own finds`, { skip }, async () => {
    const options = { substrate: 'uml', overlay: [], seed: '1', retries: 0, repeatEach: 1 };
    const supply = openSupply(options, new AbortController().signal);
    const suites = await openSuites(['libreswan'], options, supply);
    const loaded = await suites.get('libreswan')?.load('ikev2-05-basic-psk');
    assert.ok(loaded);
    const files = await placedFiles(loaded, generation);
    const { postMortem: _none, ...rest } = loaded.plan;
    const asked = generation.counter === undefined ? scripts : scripts.slice(0, 1);
    const commands = await run({ ...rest, files: [...rest.files, ...files], steps: stepsOf(asked) });
    for (const [host, script] of asked) {
      const ran = commands.filter((one) => one.host === host && one.line === script);
      const found = Object.keys(damages).filter((_, index) => ran[index]?.status !== 0);
      const told = ran.map(({ output }) => output).join('\n');
      assert.deepEqual(
        found,
        Object.keys(damages).filter((damage) => !generation.harmless.includes(damage)),
        `${script}\n${told}`,
      );
    }
  });
}
