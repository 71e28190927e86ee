import { join } from 'node:path';
import { makeFolder, writePlain } from '../../base/door/write.ts';
import type { Coverage } from '../../model/coverage.ts';
import { lcovText } from '../../results/coverage/lcov.ts';
import { coverageFile, lcovFile } from '../../store/coverage.ts';
import { jsonText, type RunFolder } from '../../store/run-folder.ts';
import { coverageOfRun } from './read-run.ts';

/** Puts together what the attempts of a run counted, into its folder `coverage`. */
export function writeCoverage(folder: RunFolder): Coverage {
  const { coverage, counts } = coverageOfRun(folder);
  makeFolder(join(folder.dir, 'coverage'));
  writePlain(join(folder.dir, lcovFile), lcovText({ files: coverage.files, counts }));
  writePlain(join(folder.dir, coverageFile), jsonText(coverage));
  return coverage;
}
