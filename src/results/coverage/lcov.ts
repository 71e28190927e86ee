import type { Collected } from './collector.ts';
import { numbersIn } from './ranges.ts';

/** Coverage in the format of lcov's `geninfo(1)`: functions and lines, with how often they ran. */
export function lcovText({ files, counts }: Pick<Collected, 'files' | 'counts'>): string {
  return files.map((file) => recordOf(file, counts.get(file.source) ?? new Map())).join('');
}

function recordOf(
  { source, lines, functions }: Collected['files'][number],
  counts: ReadonlyMap<number, number>,
): string {
  const numbers = numbersIn(lines);
  return [
    'TN:',
    `SF:${source}`,
    ...functions.map(({ name, line }) => `FN:${line},${name}`),
    ...functions.map(({ name, calls }) => `FNDA:${calls},${name}`),
    `FNF:${functions.length}`,
    `FNH:${functions.filter(({ calls }) => calls > 0).length}`,
    ...numbers.map((line) => `DA:${line},${counts.get(line) ?? 0}`),
    `LF:${numbers.length}`,
    `LH:${numbers.filter((line) => (counts.get(line) ?? 0) > 0).length}`,
    'end_of_record',
    '',
  ].join('\n');
}
