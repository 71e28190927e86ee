import type { z } from 'zod';
import { latin1 } from '../../src/base/bytes.ts';
import { Attempt } from '../../src/evidence/attempt/attempt.ts';
import { captureFile } from '../../src/evidence/attempt/link-capture.ts';
import type { CapturedPacket } from '../../src/evidence/capture/capture.ts';
import type { FactEvidence } from '../../src/evidence/evidence.ts';
import type { LabRecord } from '../../src/evidence/records/record.ts';
import { attemptFiles, readAttemptJson } from '../../src/store/attempt-files.ts';
import { libreswanSchema } from '../../src/suites/libreswan/format.ts';

type StoredScenario = z.infer<typeof libreswanSchema>;

/** An attempt whose lab ended in order, in memory: damages choose their places in it. Nothing of it is ever changed. */
export interface StoredAttempt {
  readonly scenario: StoredScenario;
  /** In the order of the `hosts` frame. */
  readonly hosts: readonly string[];
  /** All frames, the `hosts` frame included. */
  readonly records: readonly LabRecord[];
  readonly recordBytes: Uint8Array;
  /** Packets by the name of their capture below the attempt's folder. */
  readonly captures: ReadonlyMap<string, readonly CapturedPacket[]>;
  /** What the oracles are given of it undamaged. */
  readonly evidence: FactEvidence;
  /** Sanitized consoles that have a reference, by host. Latin-1, one character per byte. */
  readonly consoles: ReadonlyMap<string, string>;
  /** The bytes of any of its files, by name below its folder. */
  readonly read: (name: string) => Uint8Array | undefined;
}

/** Reads an attempt that was judged. */
export function openAttempt(dir: string): StoredAttempt {
  const scenario = readAttemptJson(dir, 'scenario.json', libreswanSchema);
  const attempt = new Attempt(attemptFiles(dir), () => scenario);
  const { records: file, evidence } = attempt;
  return {
    scenario,
    hosts: file.hosts,
    records: file.records,
    recordBytes: attempt.read('records') ?? new Uint8Array(),
    captures: new Map(scenario.links.map((link) => [captureFile(link), attempt.capture(link)?.packets ?? []])),
    evidence,
    consoles: new Map(scenario.expectations.flatMap((one) => sanitized(attempt, one))),
    read: (name) => attempt.read(name),
  };
}

function sanitized(
  attempt: Attempt,
  { host, file, expected }: StoredScenario['expectations'][number],
): [string, string][] {
  const text = expected === undefined ? undefined : attempt.read(`derived/${file}`);
  return text === undefined ? [] : [[host, latin1(text)]];
}
