import { clashIn } from '../connection/together.ts';
import { childViews, type View } from '../connection/view.ts';
import type { Daemon } from './daemon.ts';
import type { Limit } from './limit.ts';
import { withoutWord } from './words.ts';

/** All that keeps this daemon from being the local end of the connection; empty: nothing does. */
export function limitsOf(view: View, { slice, version, stack }: Daemon): Limit[] {
  const views = childViews(view);
  const wordless = new Set(views.flatMap((one) => withoutWord(one, slice.words)));
  const missing = [...wordless].map(
    (what): Limit => ({
      id: 'algorithm',
      reason: `${slice.name} has no word for ${what}`,
      source: `src/daemons/${slice.name}/algorithms.ts`,
      hits: () => true,
    }),
  );
  return [...missing, ...slice.limits.filter(({ hits }) => views.some((one) => hits(one, version, stack)))];
}

/** What the daemon cannot do of these connections of its host, alone or together, for people; the first there is. */
export function limitIn(views: readonly View[], daemon: Daemon): string | undefined {
  for (const view of views) {
    const [limit] = limitsOf(view, daemon);
    if (limit === undefined) continue;
    const who = `connection ${view.connection.name}: ${daemon.slice.name} ${daemon.version}`;
    return `${who}: ${limit.reason} (${limit.source})`;
  }
  return wholeSettingIn(views, daemon);
}

/** A setting of the daemon as a whole that two of the connections want differently. */
function wholeSettingIn(views: readonly View[], { slice, version }: Daemon): string | undefined {
  for (const { reason, source, wants } of slice.whole) {
    const clash = clashIn(
      views.flatMap((view) =>
        Object.entries(wants(view)).flatMap(([of, value]) =>
          value === undefined ? [] : [{ connection: view.connection.name, of, value: `${value}` }],
        ),
      ),
    );
    if (clash === undefined) continue;
    const [{ connection: one, of }, { connection: other }] = clash;
    return `connections ${one} and ${other} want ${of} differently: ${slice.name} ${version}: ${reason} (${source})`;
  }
  return undefined;
}
