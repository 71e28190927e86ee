import type { Coverage, CoveredFile } from '../../model/coverage.ts';
import { keyOf } from '../../model/scenario.ts';
import { type Extent, extentOf, extentsByFolder, percentOf } from '../../results/coverage/folders.ts';
import { numbersIn, rangesOf } from '../../results/coverage/ranges.ts';
import { dataVersion } from './data.ts';

/** How much of a folder or file ran. */
export interface ExtentData extends Extent {
  /** To one digit. */
  readonly percent: string;
}

export interface CoveredFileData extends ExtentData {
  readonly folder: string;
  /** Functions that were never called, with the line that each begins at. */
  readonly neverReached: readonly (readonly [name: string, line: number])[];
  /** Lines that never ran: `3-5,9`. */
  readonly missed: string;
}

/** `data/coverage.js`: which code under test ran in a run. */
export interface CoverageData {
  readonly version: typeof dataVersion;
  /** Labs that it is from. */
  readonly attempts: number;
  readonly folders: readonly ExtentData[];
  readonly files: readonly CoveredFileData[];
  readonly only: readonly {
    readonly suite: string;
    readonly name: string;
    readonly count: number;
    readonly files: readonly { readonly source: string; readonly lines: string }[];
  }[];
  /** Labs whose counters are lost: `suite:name`, and why. */
  readonly lost: readonly (readonly [test: string, why: string])[];
}

/** The data of the page about a run's coverage. */
export function coverageData(coverage: Coverage): CoverageData {
  const { attempts, files, only, lost } = coverage;
  return {
    version: dataVersion,
    attempts,
    folders: extentsByFolder(coverage).filter(hasLines).map(withPercent),
    files: files.map(fileData).filter(hasLines),
    only,
    lost: lost.map(({ suite, name, why }) => [keyOf({ suite, name }), why]),
  };
}

function hasLines({ lines }: Extent): boolean {
  return lines > 0;
}

function withPercent(extent: Extent): ExtentData {
  return { ...extent, percent: percentOf(extent) };
}

function fileData(file: CoveredFile): CoveredFileData {
  const { source, lines, covered, functions } = file;
  const ran = new Set(numbersIn(covered));
  const slash = source.lastIndexOf('/');
  return {
    ...withPercent(extentOf(source.slice(slash + 1), [file])),
    folder: source.slice(0, Math.max(0, slash)),
    neverReached: functions.filter(({ calls }) => calls === 0).map(({ name, line }) => [name, line]),
    missed: rangesOf(numbersIn(lines).filter((line) => !ran.has(line))),
  };
}
