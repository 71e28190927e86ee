import { basename, dirname, join } from 'node:path';
import { isPlain } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { type CompareQuery, compareData, historyData } from '../report/page/past.ts';
import type { RunPlaces } from '../report/page/run-lines.ts';
import type { PageInput } from '../report/page/write-report.ts';
import { withIndex } from '../store/index/open-index.ts';
import type { RunFolder } from '../store/run-folder.ts';

/** Data about a run and others for its report. */
export type ReportPast = Pick<PageInput, 'compare' | 'history'>;

interface PastWishes {
  /** Folders of runs to compare with; the first is the one whose changes are listed. */
  readonly compare: readonly string[];
  readonly history: boolean;
}

/** Reads what pages about other runs show. Those runs are linked to where they have a report of their own. */
export async function pastForReport({ dir, run }: RunFolder, { compare, history }: PastWishes): Promise<ReportPast> {
  if (compare.length === 0 && !history) return {};
  const runs = dirname(dir);
  const elsewhere = compare.find((folder) => dirname(folder) !== runs);
  if (elsewhere !== undefined) {
    const remedy = 'copy one of them there, or compare them with `espalier compare`';
    throw new EspalierError('usage', `--compare ${elsewhere}: is not in ${runs}, where the other run is`, { remedy });
  }
  const places: RunPlaces = { runs, hrefOf: (id) => (id === run.id ? 'index.html' : reportOf(runs, id)) };
  const suites = [...new Set(run.scenarios.map(({ suite }) => suite))];
  return withIndex(runs, (index) => ({
    compare: compare.length === 0 ? undefined : chosenRuns(index, queryOf(compare, dir), places),
    history: history
      ? historyData(
          index,
          suites.map((suite) => ({ suite, all: true })),
          places,
        )
      : undefined,
  }));
}

function queryOf(compare: readonly string[], dir: string): CompareQuery {
  const [before, ...also] = compare.map((folder) => basename(folder));
  return { before, now: basename(dir), also: also.join('\n') };
}

/** A report on disk holds one comparison, so there is nothing to choose. */
function chosenRuns(...asked: Parameters<typeof compareData>): ReturnType<typeof compareData> {
  return { ...compareData(...asked), choices: [] };
}

/** As seen from the report of another run. */
function reportOf(runs: string, id: string): string | undefined {
  const report = join(runs, id, 'report', 'index.html');
  return isPlain(report) ? `../../${encodeURIComponent(id)}/report/index.html` : undefined;
}
