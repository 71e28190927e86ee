import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../../src/evidence/records/writer.ts';
import type { BackendLab, LabRequest, Substrate } from '../../../../src/lab/substrate/substrate.ts';

/** Promises nothing: its clock is the machine's, every command prints something else each time, and nothing is captured. */
export const toy: Substrate = {
  name: 'toy',
  traits: { virtualTime: false, seeds: false, captures: false },
  check: async () => {},
  supply: () => undefined,
  start: async (request): Promise<BackendLab> => {
    writeFileSync(join(request.dir, 'records'), recordsOf(request));
    const ended = Promise.resolve({ status: '0' });
    return { ended, cpuMs: () => 0, activity: () => 'runs', send: async () => {}, kill: () => {} };
  },
};

function recordsOf({ plan }: LabRequest): Uint8Array {
  const hosts = plan.topology.hosts.map(({ name }) => name);
  const { start: time } = plan.timing;
  const frames = plan.steps.flatMap(({ kind, host, line }, step): Frame[] => {
    if (kind !== 'command') return [];
    const at = { host: hosts.indexOf(host), time };
    return [
      { ...at, type: recordType.commandBegin, payload: numbered(step, line) },
      { ...at, type: recordType.output, payload: Buffer.from(`${randomUUID()}\n`) },
      { ...at, type: recordType.commandEnd, payload: numbered(0, plan.cwd) },
    ];
  });
  return encodeRecords(hosts, [...frames, { type: recordType.labEnd, time }]);
}
