import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { baselineSchema } from '../../src/model/results.ts';
import { skip } from './lab.ts';

/** Words by test, of a run with these arguments. */
async function wordsOf(dir: string, args: readonly string[]): Promise<Record<string, string>> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'results.json');
  const line = ['run', ...args, '--reporter', `dot,json=${file}`, '--output', dir];
  const result = await run(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...line]);
  assert.ok(
    result.status === 0 || result.status === 1,
    `exit status ${result.status}\n${result.stdout}${result.stderr}`,
  );
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.fromEntries(results.map(({ name, word }) => [name, word]));
}

function withFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
  return body(dir).finally(() => rmSync(dir, { recursive: true, force: true }));
}

/** Each would pass on a kernel that has the fault. */
const wrong = `
import { expect, linux, scenario, sealedEsp } from 'espalier';
const pair = {
  hosts: { west: linux(), east: linux() },
  links: { wan: ['west', 'east'] },
  tolerates: [{ what: 'half-open', why: 'on one host alone' }],
} as const;
const sa = { source: '198.18.1.1', destination: '198.18.1.2', spi: 0x1001, replayWindow: 32 };

scenario('an SA is added twice', pair, async ({ hosts: { west } }) => {
  await west.xfrm.state.add(sa);
  await west.xfrm.state.add(sa);
});
scenario('an SA without a length of key', pair, async ({ hosts: { west } }) => {
  await west.xfrm.state.add(sa, { expect: 'refused' });
});
scenario('a replay is taken', pair, async ({ hosts: { west, east }, net }) => {
  await east.xfrm.state.add(sa);
  const held = await east.xfrm.state.get(sa);
  const packet = sealedEsp(held, { from: west, to: east, sequence: 7, nextHeader: 59, inner: new Uint8Array(8) });
  await net.link('wan').inject([packet, packet], { expect: 'accepted', at: east });
});
scenario('a good packet is refused', pair, async ({ hosts: { west, east }, net }) => {
  await east.xfrm.state.add(sa);
  const held = await east.xfrm.state.get(sa);
  const packet = sealedEsp(held, { from: west, to: east, sequence: 7, nextHeader: 59, inner: new Uint8Array(8) });
  await net.link('wan').inject(packet, { expect: 'refused', at: east });
});
scenario('an expiry that is not announced', pair, async ({ hosts: { west } }) => {
  await west.xfrm.state.add({ ...sa, limits: { hardSeconds: 3600 } });
  await expect(west).toSeeXfrm('expire', { hard: true }, { within: '50min' });
});
scenario('nobody asks for an SA', pair, async ({ hosts: { west } }) => {
  await west.xfrm.listen();
  await west.exec('ping -c 1 -W 1 198.18.1.2');
  await expect(west).toSeeXfrm('acquire', {}, { within: '1s' });
});
`;

test('what a kernel with a fault would do fails', { skip }, () =>
  withFolder(async (dir) => {
    const file = join(dir, 'wrong.scenario.ts');
    writeFileSync(file, wrong);
    const words = await wordsOf(join(dir, 'out'), [file]);
    assert.deepEqual(
      [Object.keys(words).length, ...new Set(Object.values(words))],
      [6, 'major'],
      JSON.stringify(words),
    );
  }),
);

/** Every so many-th scenario, in the suite's order. */
const every = 25;

test('a sample of the conformance suite passes on the tested kernel', { skip }, () =>
  withFolder(async (dir) => {
    const words = await wordsOf(dir, ['conformance', '--shard', `1/${every}`]);
    assert.ok(Object.keys(words).length > 5);
    assert.deepEqual([...new Set(Object.values(words))], ['passed'], JSON.stringify(words));
  }),
);
