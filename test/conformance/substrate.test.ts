import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { type LabResult, liveLabs, startLab } from '../../src/lab/substrate/lifecycle.ts';
import { defaultLimits, type LabLimits } from '../../src/lab/substrate/watchdog.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import { type Backend, backends, planOf } from './backends.ts';
import { type Command, readCommands } from './transcripts.ts';

interface Ran {
  readonly result: LabResult;
  readonly commands: readonly Command[];
  readonly records: Buffer;
  /** The capture of the link. */
  readonly capture: Buffer;
}

interface Ask {
  readonly change?: Partial<LabPlan>;
  readonly seed?: bigint;
  readonly limits?: LabLimits;
}

async function runLab(backend: Backend, lines: readonly string[], ask: Ask = {}): Promise<Ran> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
  try {
    const plan = planOf(backend, lines, ask.change);
    const request = { dir, plan, kernel: backend.kernel, seed: ask.seed ?? 1n, hold: false };
    await using lab = await startLab(backend.substrate, request, ask.limits);
    const result = await lab.ended;
    assert.equal(readdirSync(dir).includes('lab'), false, 'working files are gone');
    const records = readFileSync(join(dir, 'records'));
    const capture = readFileSync(join(dir, 'links', 'l.pcapng'));
    return { result, records, capture, commands: readCommands(records) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Limits that are soon reached; booting machines takes CPU without a record. */
const quickOf = ({ substrate }: Backend): LabLimits => ({
  ...defaultLimits,
  spinCpuMs: substrate.traits.virtualTime ? 3000 : 20_000,
});
const texts = (ran: Ran): string[] => ran.commands.map(({ host, output }) => `${host}: ${output.trimEnd()}`);

for (const backend of await backends()) {
  const { name } = backend.substrate;
  const skip = backend.missing ?? false;
  const { virtualTime, seeds } = backend.substrate.traits;
  const quick = quickOf(backend);
  const sampled = 'hosts reach each other, and the capture has what they sent';
  const cell = (behaviour: string, body: () => Promise<void>, ...needs: readonly (string | undefined)[]): void => {
    const rest = backend.sample && behaviour !== sampled && `ESPALIER_CONFORMANCE=${name} tries it`;
    const reason = skip || rest || (needs.includes(undefined) ? `${name} has no way to provoke it` : false);
    test(`${name}: ${behaviour}`, { skip: reason }, body);
  };

  cell('a lab boots, echoes and ends in order', async () => {
    const ran = await runLab(backend, ['east: echo hello']);
    assert.deepEqual(ran.result.end, { word: 'completed' });
    assert.deepEqual(texts(ran), ['east: hello']);
    assert.equal(liveLabs(), 0);
  });

  cell(
    sampled,
    async () => {
      const ran = await runLab(backend, ['west: true', `east: ${backend.provoke.ping}`, 'west: hostname']);
      assert.deepEqual(ran.result.end, { word: 'completed' });
      assert.match(texts(ran)[1] ?? '', /^east: .* 2 received, 0% packet loss/s);
      assert.equal(texts(ran)[2], 'west: west');
      const pings = readCapture(ran.capture).packets.filter(
        ({ frame }) => frame[12] === 8 && frame[13] === 0 && frame[23] === 1,
      );
      const senders = pings.map(({ frame }) => frame[11]);
      assert.deepEqual(senders, [1, 2, 1, 2], 'frames of east and west in turn');
    },
    backend.provoke.ping,
  );

  cell('exit status and duration of each command are recorded', async () => {
    const ran = await runLab(backend, ['east: true', 'east: false', 'east: sleep 5']);
    assert.deepEqual(
      ran.commands.map(({ status }) => status),
      [0, 1, 0],
    );
    const slept = ran.commands[2]?.ns ?? 0n;
    assert.ok(slept >= 5_000_000_000n && (slept < 5_500_000_000n || !virtualTime), `sleep took ${slept} ns`);
  });

  cell('commands run in total order across hosts', async () => {
    const ran = await runLab(backend, ['east: echo 1', 'west: echo 2', 'east: echo 3', 'west: echo 4']);
    assert.deepEqual(texts(ran), ['east: 1', 'west: 2', 'east: 3', 'west: 4']);
  });

  cell('a command beyond its deadline is a timeout and ends the run of steps', async () => {
    // Real seconds are waited for, more of them where machines are slow.
    const { timing } = planOf(backend, []);
    const change = virtualTime ? {} : { timing: { ...timing, deadline: 2_000_000_000n } };
    const ran = await runLab(backend, ['east: echo before', 'east: sleep 500', 'west: echo never'], { change });
    assert.equal(ran.result.end.word, 'timeout');
    assert.equal(ran.result.end.step, 1);
    assert.equal(ran.result.end.host, 'east');
    assert.deepEqual(texts(ran).slice(0, 1), ['east: before']);
    assert.equal(texts(ran).includes('west: never'), false);
  });

  const { flood, livelock, panic, hang } = backend.provoke;

  cell(
    'output without end is a flood',
    async () => {
      const ran = await runLab(backend, ['east: echo before', `east: ${flood}`]);
      assert.equal(ran.result.end.word, 'flood');
      assert.equal(texts(ran)[0], 'east: before');
    },
    flood,
  );

  cell(
    'a guest that spins is a livelock',
    async () => {
      const ran = await runLab(backend, ['east: echo before', `east: ${livelock}`], { limits: quick });
      assert.equal(ran.result.end.word, 'livelock');
      assert.deepEqual(texts(ran)[0], 'east: before');
    },
    livelock,
  );

  cell(
    'a lab all of whose processes sleep for good is ended',
    async () => {
      const ran = await runLab(backend, [`east: ${hang}`], { limits: { ...quick, asleepLooks: 3 } });
      assert.equal(ran.result.end.word, 'lab-died');
      assert.match(ran.result.end.detail ?? '', /^all its processes slept through 3 looks/);
    },
    hang,
  );

  cell(
    'a kernel panic is named and keeps the transcript before it',
    async () => {
      const ran = await runLab(backend, ['east: echo before', `east: ${panic}`, 'east: echo never']);
      assert.equal(ran.result.end.word, 'panic');
      assert.equal(ran.result.end.step, 1);
      assert.deepEqual(texts(ran)[0], 'east: before');
    },
    panic,
  );

  cell('a shell that exits is noticed', async () => {
    const ran = await runLab(backend, ['east: echo before', 'east: exit', 'east: echo never']);
    assert.equal(ran.result.end.word, 'shell-exit');
    assert.deepEqual(texts(ran)[0], 'east: before');
  });

  cell('a lab can be killed right after its start', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
    try {
      const plan = planOf(backend, ['east: sleep 1', 'west: echo late']);
      const request = { dir, plan, kernel: backend.kernel, seed: 1n, hold: false };
      const lab = await startLab(backend.substrate, request);
      lab.kill();
      lab.kill();
      const { end } = await lab.ended;
      assert.equal(end.word, 'cancelled');
      assert.equal(liveLabs(), 0);
      await assert.rejects(lab.send([{ kind: 'end' }]), /the lab is over/);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  cell('the first cause of an end wins', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
    try {
      const plan = planOf(backend, ['east: exit']);
      await using lab = await startLab(backend.substrate, { dir, plan, kernel: backend.kernel, seed: 1n, hold: false });
      lab.cancel('the first reason');
      lab.cancel('a later one');
      assert.deepEqual((await lab.ended).end, { word: 'cancelled', detail: 'the first reason' });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  const repeats = async (): Promise<void> => {
    const line = name === 'fake' ? 'east: fake: random' : 'east: od -An -N8 -tx1 /dev/urandom';
    const once = await runLab(backend, [line, 'west: sleep 1'], { seed: 7n });
    const twice = await runLab(backend, [line, 'west: sleep 1'], { seed: 7n });
    const other = await runLab(backend, [line, 'west: sleep 1'], { seed: 8n });
    assert.deepEqual(once.records, twice.records);
    assert.notDeepEqual(once.commands, other.commands);
  };
  cell('one seed gives the same bytes, another one others', repeats, seeds ? 'seeds' : undefined);
}
