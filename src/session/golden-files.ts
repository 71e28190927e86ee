import { basename, join } from 'node:path';
import { isPlain, isThere, readPlain } from '../base/door/read.ts';
import { writePlain } from '../base/door/write.ts';
import { EspalierError } from '../base/errors.ts';
import { sha256 } from '../base/files.ts';
import { unifiedDiff } from '../judge/text/difference.ts';
import type { GoldenText } from '../suites/format.ts';

/** A reference that is to be written anew. */
export interface GoldenChange {
  readonly path: string;
  /** Unified, one character per byte. */
  readonly patch: string;
  readonly content: Uint8Array;
}

/** What a new text changes in a scenario's folder; `undefined` where it stands there already. */
export function goldenChange(folder: string, { file, content, before }: GoldenText): GoldenChange | undefined {
  const path = join(folder, file);
  if (basename(path) !== file) throw new EspalierError('scenario', 'is not the name of a reference', { file });
  const now = readReference(path);
  if (now?.equals(content)) return undefined;
  if ((now && sha256(now)) !== before) {
    throw new EspalierError('scenario', 'is not the reference that the run was compared with', {
      file: path,
      remedy: 'run the scenario again, or name the right tree with --suite',
    });
  }
  const names = [`expected/${file}`, `received/${file}`] as const;
  const patch = unifiedDiff(now?.toString('latin1') ?? '', Buffer.from(content).toString('latin1'), names);
  return { path, patch, content };
}

/** Writes the new text; readers see the old one or the new one. */
export function writeGolden({ path, content }: GoldenChange): void {
  readReference(path);
  writePlain(path, content);
}

/** A reference that is a link, or no file, is not ours to replace. */
function readReference(path: string): Buffer | undefined {
  if (isThere(path) && !isPlain(path)) throw new EspalierError('scenario', 'is not a regular file', { file: path });
  return readPlain(path);
}
