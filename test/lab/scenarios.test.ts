import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { ended } from '../e2e/sandbox.ts';
import { skip } from './lab.ts';

/** Scenarios on real labs: links, NAT, clocks, files; a driver that takes its time; a configuration that is refused. */
const text = `
import { expect, libreswan, linux, nat, scenario } from 'espalier';

const pauses = [0, 700, 1];
const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));

scenario(
  'network',
  {
    hosts: { road: linux({ routes: { default: 'box' } }), box: nat({ outside: 'wan' }), gate: linux() },
    links: { lan: ['road', 'box'], wan: ['box', 'gate'] },
  },
  async ({ hosts: { road, box, gate }, net, clock }) => {
    const ms = pauses.shift() ?? 0;
    const check = (what: string, holds: boolean) => {
      if (!holds) throw new RangeError(what);
    };
    await road.exec('cat /proc/meminfo /proc/loadavg; head -c 8 /dev/urandom | xxd');
    await pause(ms);
    await expect(road).toReach(gate, { at: '198.18.2.2' });
    const ports = async (): Promise<string> => {
      await road.exec('echo x | ncat -u -p 4500 -w 1 198.18.2.2 9');
      return /dport=(\\\\d+) *(?:\\\\[UNREPLIED\\\\])? *mark/.exec((await box.exec('conntrack -L -p udp')).stdout)?.[1] ?? '';
    };
    const first = Number(await ports());
    check('first mapping', first >= 20_000 && first < 30_000);
    await box.remap();
    const second = Number(await ports());
    check('second mapping', second >= 30_000 && second < 40_000);
    await pause(ms);
    await net.link('wan').delay('50ms');
    await net.link('wan').loss(0.3);
    await box.exec('ping -c 20 -i 0.2 198.18.2.2');
    await net.link('wan').cut();
    await expect(box).not.toReach(gate);
    await net.link('wan').heal();
    await expect(box).toReach(gate);
    await gate.writeFile('/etc/some/file', 'hello\\\\n'.repeat(1000), 0o600);
    check('file', (await gate.exec('stat -c %a:%s /etc/some/file')).stdout === '600:6000\\\\n');
    const before = clock.now();
    await clock.advance('1h');
    check('advance', clock.now() - before - 3_600_000_000_000n < 10_000_000n);
    const wall = async (): Promise<number> => Number((await gate.exec('date +%s')).stdout);
    const [early, at] = [await wall(), clock.now()];
    await clock.jump('1d');
    check('jump', (await wall()) - early === 86_400 && clock.now() - at < 1_000_000_000n);
    await clock.jump('-3d');
    check('jump back', (await wall()) - early === -2 * 86_400 && clock.now() - at < 1_000_000_000n);
    await expect(gate).toReach(box);
    await pause(ms);
    await expect(road).toHaveSentInClear({ to: '198.18.2.2' });
    await road.exec('cat /proc/meminfo; head -c 8 /dev/urandom | xxd');
  },
);

scenario(
  'refused',
  {
    hosts: { west: libreswan({ files: { '/etc/ipsec.conf': 'conn x\\\\n\\\\tnonsense=yes\\\\n' } }), east: linux() },
    links: { wan: ['west', 'east'] },
  },
  async ({ hosts: { west } }) => {
    await west.daemon.start();
  },
);
`.replaceAll('\\\\', '\\');

async function run(cwd: string, ...args: readonly string[]) {
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const env = { ...process.env, ESPALIER_RUNS: join(cwd, 'runs') };
  return ended(spawn(process.execPath, [main, 'run', ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

test('a scenario repeats to the byte, whatever the driver’s pauses; a refused configuration is told in the daemon’s words', {
  skip,
}, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-scenarios-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'lab.scenario.ts'), text);
  const repeated = await run(dir, 'lab.scenario.ts:network', '-j', '1', '--repeat-each', '3', '--reporter', 'list');
  assert.equal(repeated.code, 0, repeated.stdout + repeated.stderr);
  const refused = await run(dir, 'lab.scenario.ts:refused');
  assert.equal(refused.code, 1, refused.stdout + refused.stderr);
  const id =
    readdirSync(join(dir, 'runs'))
      .filter((name) => /^\d.*_/.test(name))
      .sort()
      .at(-1) ?? '';
  const verdict = JSON.parse(readFileSync(join(dir, 'runs', id, 'attempts/lab/refused/0/verdict.json'), 'utf8')) as {
    readonly word: string;
    readonly issues: readonly { readonly line: number; readonly host: string; readonly excerpt: string }[];
  };
  const lineOfStart = text.split('\n').findIndex((line) => line.includes('west.daemon.start')) + 1;
  assert.equal(verdict.word, 'unresolved');
  assert.deepEqual(
    verdict.issues.map(({ host, line, excerpt }) => [host, line, excerpt]),
    [['west', lineOfStart, "FATAL ERROR: ipsec addconn: /etc/ipsec.conf:2: unrecognized keyword 'nonsense'\n"]],
  );
});
