import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../../src/evidence/records/writer.ts';
import type { AttemptFile } from '../../../../src/model/attempt.ts';
import { storeScenario } from '../../../../src/session/judging/stored-scenario.ts';
import type { LibreswanScenario } from '../../../../src/suites/libreswan/libreswan.ts';
import type { Tree } from '../../suites/libreswan/tree.ts';

/** What the hosts of the small suite answer, by typed line. */
export const answers: Readonly<Record<string, string>> = { 'echo hello': 'hello\n', 'echo world': 'world\n' };

function recordsOf({ plan }: LibreswanScenario, said: Readonly<Record<string, string>>): Uint8Array {
  const hosts = plan.topology.hosts.map(({ name }) => name);
  const frames: Frame[] = [];
  const type = (host: number, step: number, line: string): void => {
    const time = BigInt(frames.length);
    frames.push({ type: recordType.commandBegin, host, time, payload: numbered(step, line) });
    frames.push({ type: recordType.output, host, time, payload: Buffer.from(said[line] ?? '') });
    frames.push({ type: recordType.commandEnd, host, time, payload: numbered(0, plan.cwd) });
  };
  for (const [step, { kind, host, line }] of plan.steps.entries()) {
    if (kind === 'command') type(hosts.indexOf(host), step, line);
  }
  for (const host of hosts.keys()) type(host, 0xffffffff, plan.postMortem ?? '');
  return encodeRecords(hosts, [...frames, { type: recordType.labEnd, time: 99n }]);
}

interface MadeAttempt {
  readonly runDir: string;
  readonly dir: string;
  readonly loaded: LibreswanScenario;
}

/** An attempt's folder as a run leaves it, inside of the tree's folder. */
export async function makeAttempt(
  tree: Tree,
  said = answers,
  end: AttemptFile['end'] = { word: 'completed' },
): Promise<MadeAttempt> {
  const loaded = await tree.open().load('hello');
  const runDir = join(tree.dir, 'run');
  const dir = join(runDir, 'attempts/libreswan/hello/0');
  mkdirSync(dir, { recursive: true });
  await storeScenario(runDir, dir, loaded);
  writeFileSync(join(dir, 'records'), recordsOf(loaded, said));
  mkdirSync(join(dir, 'links'));
  for (const { name } of loaded.plan.topology.links) {
    writeFileSync(join(dir, 'links', `${name}.pcapng`), writeCapture({ links: [{ name, packets: [] }] }));
  }
  const identity = { id: 'x', sha256: '0' };
  const file: AttemptFile = {
    version: 1,
    suite: 'libreswan',
    name: 'hello',
    attempt: 0,
    hosts: loaded.plan.topology.hosts.map(({ name }) => name),
    inputs: { kernel: identity, images: {}, suite: identity, versions: {} },
    end,
    time: { started: '', wallMs: 0, bootMs: 0, labCpuMs: 0, virtualNs: '0' },
  };
  writeFileSync(join(dir, 'attempt.json'), JSON.stringify(file));
  return { runDir, dir, loaded };
}
