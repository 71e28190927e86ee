import type { z } from 'zod';
import type { CapturedPacket } from '../../src/evidence/capture/capture.ts';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import type { FactEvidence } from '../../src/evidence/evidence.ts';
import type { LabRecord } from '../../src/evidence/records/record.ts';
import { readAttemptRecords } from '../../src/session/judging/attempt-files.ts';
import { observe } from '../../src/session/judging/observe.ts';
import { readAttemptFile, readAttemptJson } from '../../src/store/attempt-files.ts';
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
}

/** Reads an attempt that was judged. */
export function openAttempt(dir: string): StoredAttempt {
  const scenario = readAttemptJson(dir, 'scenario.json', libreswanSchema);
  const { file } = readAttemptRecords(dir, true);
  const { evidence } = observe(dir, scenario, { file, endedInOrder: true });
  return {
    scenario,
    hosts: file.hosts,
    records: file.records,
    recordBytes: readAttemptFile(dir, 'records') ?? new Uint8Array(),
    captures: new Map(scenario.links.map((link) => capture(dir, `links/${link}.pcapng`))),
    evidence,
    consoles: new Map(scenario.expectations.flatMap((one) => sanitized(dir, one))),
  };
}

function capture(dir: string, name: string): [string, readonly CapturedPacket[]] {
  return [name, readCapture(readAttemptFile(dir, name) ?? new Uint8Array()).packets];
}

function sanitized(dir: string, { host, file, expected }: StoredScenario['expectations'][number]): [string, string][] {
  const text = expected === undefined ? undefined : readAttemptFile(dir, `derived/${file}`);
  return text === undefined ? [] : [[host, text.toString('latin1')]];
}
