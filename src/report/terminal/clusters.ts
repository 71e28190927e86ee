import { visible, visibleLine } from '../../base/visible.ts';
import type { Cluster } from '../../model/results.ts';

/** More clusters than this are counted, not shown. */
const clustersShown = 10;
const testsNamed = 3;

function headOf({ tests }: Cluster): string {
  const more = tests.length > testsNamed ? ' …' : '';
  return `${tests.length} tests, e.g. ${tests.slice(0, testsNamed).join(', ')}${more}`;
}

/** Changes that several tests share, for people; empty where there are none. */
export function clustersText(clusters: readonly Cluster[]): string {
  if (clusters.length === 0) return '';
  const lines = clusters.slice(0, clustersShown).flatMap((cluster) => {
    const changed = cluster.lines.map((line) => `  ${visible(line)}`);
    return [`${visibleLine(headOf(cluster))}:`, ...changed];
  });
  const more = clusters.length - clustersShown;
  if (more > 0) lines.push(`… and ${more} more`);
  return `the same change in several tests:\n${lines.join('\n')}\n`;
}
