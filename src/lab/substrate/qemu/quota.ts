import { appendFileSync } from 'node:fs';
import { EspalierError } from '../../../base/errors.ts';

const mebi = 1024 * 1024;

/** How much of its kinds of evidence a lab may write, bytes; as the starter allows labs of User Mode Linux (src/supply/kernel/starter.ts). */
const quotas = { records: 512 * mebi, captures: 1024 * mebi, 'kernel.log': 16 * mebi, files: 256 * mebi } as const;

type EvidenceKind = keyof typeof quotas;

/** Writes evidence, within bounds. */
export class EvidenceWriter {
  readonly #written = new Map<EvidenceKind, number>();

  /** Appends to a file. Throws `guest` beyond the quota, `infrastructure` where the disk takes no more. */
  append(kind: EvidenceKind, path: string, bytes: Uint8Array): void {
    const total = (this.#written.get(kind) ?? 0) + bytes.length;
    if (total > quotas[kind]) {
      throw new EspalierError('guest', `the lab wrote more ${kind} than the ${quotas[kind] / mebi} MiB that it may`);
    }
    this.#written.set(kind, total);
    try {
      appendFileSync(path, bytes);
    } catch (cause) {
      throw new EspalierError('infrastructure', `evidence could not be stored: ${(cause as Error).message}`, {
        file: path,
        cause,
      });
    }
  }
}
