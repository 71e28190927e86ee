import type { Coverage, CoveredFile } from '../../model/coverage.ts';
import { numbersIn, rangesOf } from './ranges.ts';

/** How much of a folder or file ran. */
export interface Extent {
  readonly name: string;
  readonly lines: number;
  readonly covered: number;
  readonly functions: number;
  /** Functions that were never called. */
  readonly unreached: number;
}

export function extentOf(name: string, files: readonly CoveredFile[]): Extent {
  const sum = (of: (file: CoveredFile) => number): number => files.reduce((total, file) => total + of(file), 0);
  return {
    name,
    lines: sum(({ lines }) => numbersIn(lines).length),
    covered: sum(({ covered }) => numbersIn(covered).length),
    functions: sum(({ functions }) => functions.length),
    unreached: sum(({ functions }) => functions.filter(({ calls }) => calls === 0).length),
  };
}

/** The folder of a source. */
function folderOf({ source }: CoveredFile): string {
  return source.slice(0, Math.max(0, source.lastIndexOf('/')));
}

/** By folder, in order of names. */
export function extentsByFolder({ files }: Pick<Coverage, 'files'>): Extent[] {
  const folders = [...Map.groupBy(files, folderOf)].map(([folder, of]) => extentOf(folder, of));
  return folders.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Percent to one digit; of nothing, 0. */
export function percentOf({ lines, covered }: Pick<Extent, 'lines' | 'covered'>): string {
  return lines === 0 ? '0.0' : ((100 * covered) / lines).toFixed(1);
}

/** The files of several runs together: a line counts if one of them covered it. */
export function unionOf(runs: readonly Pick<Coverage, 'files'>[]): CoveredFile[] {
  const files = runs.flatMap((run) => run.files);
  return [...Map.groupBy(files, ({ source }) => source)].map(([source, of]) => ({
    source,
    lines: together(of.map(({ lines }) => lines)),
    covered: together(of.map(({ covered }) => covered)),
    functions: [
      ...Map.groupBy(
        of.flatMap(({ functions }) => functions),
        ({ name, line }) => `${line} ${name}`,
      ).values(),
    ].map((same) => ({
      name: same[0]?.name ?? '',
      line: same[0]?.line ?? 0,
      calls: same.reduce((sum, { calls }) => sum + calls, 0),
    })),
  }));
}

function together(ranges: readonly string[]): string {
  return rangesOf([...new Set(ranges.flatMap(numbersIn))].toSorted((a, b) => a - b));
}
