/** What of the repository's files runs between two moments, by V8's own counters. */

import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector';

/** File → the parts of its text that ran, as `[start, end)` offsets. */
export type Coverage = Readonly<Record<string, readonly (readonly [number, number])[]>>;

const session = new Session();

function post<T>(method: string, parameters: object = {}): T {
  let result: unknown;
  session.post(method, parameters, (error, found) => {
    if (error) throw error;
    result = found;
  });
  return result as T;
}

export function startCoverage(): void {
  session.connect();
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** Outer ranges are listed before inner ones, and the innermost range of a place counts. */
function ranOf(functions: readonly Profiler.FunctionCoverage[]): [number, number][] {
  const ranges = functions
    .flatMap((one) => one.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
  for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  const parts: [number, number][] = [];
  for (let at = 0; at < ran.length; ) {
    const end = ran.indexOf(1 - (ran[at] ?? 0), at);
    const stop = end < 0 ? ran.length : end;
    if (ran[at] === 1) parts.push([at, stop]);
    at = stop;
  }
  return parts;
}

/** What ran since the last call, of files whose address `fileOf` knows. */
export function takeCoverage(fileOf: (url: string) => string | undefined): Coverage {
  const { result } = post<Profiler.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage');
  const found: Record<string, [number, number][]> = {};
  for (const { url, functions } of result) {
    const file = fileOf(url);
    if (file !== undefined) found[file] = ranOf(functions);
  }
  return found;
}
