import { visibleLine } from '../report/visible.ts';
import type { TestHistory } from '../store/history.ts';
import type { IndexedRun } from '../store/index/run-rows.ts';
import { keyOf } from '../store/results.ts';
import { type VerdictWord, verdictWords } from '../verdict/verdict.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Foreign text as text of a page. */
function text(value: string | number): string {
  return visibleLine(String(value).toWellFormed()).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title></head><body>
<h1>${text(title)}</h1>
${body}
</body></html>
`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>\n`;
  return `<table><thead>${cells('th', titles.map(text))}</thead><tbody>\n${rows.map((row) => cells('td', row)).join('')}</tbody></table>`;
}

function link(to: string, title: string): string {
  return `<a href="${text(to)}">${text(title)}</a>`;
}

/** All runs with their totals, the latest first. */
export function runsPage(
  runs: readonly IndexedRun[],
  totals: ReadonlyMap<string, ReadonlyMap<VerdictWord, number>>,
): string {
  const words = verdictWords.filter((word) => [...totals.values()].some((counts) => counts.has(word)));
  const rows = runs
    .toReversed()
    .map(({ id, command, complete, scenarios }) => [
      link(`/runs/${encodeURIComponent(id)}/report/index.html`, id),
      ...words.map((word) => text(totals.get(id)?.get(word) ?? '')),
      text(complete ? scenarios : `${scenarios}, not complete`),
      text(command),
    ]);
  return page('Runs', table(['run', ...words, 'tests', 'command'], rows));
}

/** One test through all runs. */
export function historyPage(history: TestHistory): string {
  const rows = history.points
    .toReversed()
    .map(({ run, word, change, wallMs, virtualNs, world }) => [
      link(`/runs/${encodeURIComponent(run.id)}/report/index.html`, run.id),
      text(word),
      text(change ?? ''),
      text(virtualNs === undefined ? '' : `${(Number(virtualNs) / 1e9).toFixed(1)} s`),
      text(wallMs === undefined ? '' : `${(wallMs / 1000).toFixed(1)} s`),
      world.map(({ what, before, now }) => text(`${what}: ${before} -> ${now}`)).join('<br>'),
    ]);
  return page(
    keyOf(history),
    `<p>${link('/', 'all runs')}</p>\n${table(['run', 'word', 'change', 'virtual', 'wall', 'new'], rows)}`,
  );
}
