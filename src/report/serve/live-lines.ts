import { join } from 'node:path';
import { openPlain } from '../../base/door/read.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { liveResultsFile, parseLiveResult } from '../../store/live-results.ts';

/** Where a reader of a run's results is: in which file, after which byte. Another session of the run begins another file. */
export interface Position {
  readonly file: number;
  readonly offset: number;
}

/** Before everything. */
export const beginning: Position = { file: 0, offset: 0 };

/** A result, and where a reader is after it. */
export interface LiveLine {
  readonly result: ScenarioResult;
  readonly after: Position;
}

export function positionText({ file, offset }: Position): string {
  return `${file}-${offset}`;
}

/** Reads what `positionText` wrote; anything else is the beginning. */
export function parsePosition(text: string | undefined): Position {
  const [, file = '0', offset = '0'] = /^(\d{1,20})-(\d{1,15})$/.exec(text ?? '') ?? [];
  return { file: Number(file), offset: Number(offset) };
}

/** Results in whole lines after a position, and where the reader is then. */
export function linesAfter(runDir: string, from: Position): { readonly lines: LiveLine[]; readonly next: Position } {
  using open = openPlain(join(runDir, liveResultsFile));
  if (open === undefined) return { lines: [], next: from };
  const { inode: file } = open;
  let offset = file === from.file && from.offset <= open.bytes ? from.offset : 0;
  const read = open.read(offset);
  const whole = read.subarray(0, read.lastIndexOf(0x0a) + 1).toString('utf8');
  const lines = whole
    .split('\n')
    .slice(0, -1)
    .flatMap((line): LiveLine[] => {
      offset += Buffer.byteLength(line) + 1;
      const result = parseLiveResult(line);
      return result === undefined ? [] : [{ result, after: { file, offset } }];
    });
  return { lines, next: { file, offset } };
}
