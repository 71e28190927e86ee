import { dirname, join, relative } from 'node:path';
import { isPlain } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { compareData, historyData } from '../report/page/past.ts';
import type { RunPlaces } from '../report/page/run-lines.ts';
import type { PageInput } from '../report/page/write-report.ts';
import { withIndex } from '../store/index/open-index.ts';
import type { RunFolder } from '../store/run-folder.ts';

/** Data about a run and others for its report. */
export type ReportPast = Pick<PageInput, 'compare' | 'history'>;

interface PastWishes {
  /** Folder of a run to compare with. */
  readonly compare: string | undefined;
  readonly history: boolean;
}

/** Reads what pages about other runs show. Those runs are linked to where they have a report of their own. */
export async function pastForReport({ dir, run }: RunFolder, { compare, history }: PastWishes): Promise<ReportPast> {
  if (compare === undefined && !history) return {};
  const runs = dirname(dir);
  if (compare !== undefined && dirname(compare) !== runs) {
    const remedy = 'copy one of them there, or compare them with `espalier compare`';
    throw new EspalierError('usage', `--compare ${compare}: is not in ${runs}, where the other run is`, { remedy });
  }
  const places: RunPlaces = { runs, hrefOf: (id) => (id === run.id ? 'index.html' : reportOf(runs, id)) };
  const suites = [...new Set(run.scenarios.map(({ suite }) => suite))];
  return withIndex(runs, (index) => ({
    compare:
      compare === undefined ? undefined : onePair(index, { before: relative(runs, compare), now: run.id }, places),
    history: history
      ? historyData(
          index,
          suites.map((suite) => ({ suite, all: true })),
          places,
        )
      : undefined,
  }));
}

/** A report on disk holds one comparison, so there is nothing to choose. */
function onePair(...asked: Parameters<typeof compareData>): ReturnType<typeof compareData> {
  const data = compareData(...asked);
  return { ...data, choices: data.found === undefined ? [] : [data.found.now, data.found.before] };
}

/** As seen from the report of another run. */
function reportOf(runs: string, id: string): string | undefined {
  const report = join(runs, id, 'report', 'index.html');
  return isPlain(report) ? `../../${encodeURIComponent(id)}/report/index.html` : undefined;
}
