import type { StackCell, StackTable } from '../../model/stack-table.ts';
import { escaped } from '../escaped.ts';

/** The table as a page of its own: one file without scripts. The evidence of a cell opens below its word. */
export function stacksPage({ columns, rows, absent }: StackTable): string {
  const head = columns.map(({ name, about }) => `<th scope="col" title="${escaped(about)}">${escaped(name)}</th>`);
  const body = rows.map(({ group, operation, cells }, at) => {
    const title = rows[at - 1]?.group === group ? '' : groupRow(group, columns.length + 1);
    const shown = columns.map(({ name }) => cellOf(cells[name]));
    return `${title}<tr><th scope="row">${escaped(operation)}</th>${shown.join('')}</tr>`;
  });
  const missing = absent.map(({ name, reason }) => `<li>${escaped(name)}: ${escaped(reason)}</li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stacks and their operations</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th, td { border: 1px solid #999; padding: 4px 8px; text-align: left; vertical-align: top; }
th[colspan] { background: #eee; }
td.yes { background: #e2f3e2; } td.no { background: #f8e0e0; } td.unknown { background: #f3f0dc; }
code { white-space: pre-wrap; overflow-wrap: anywhere; }
thead th, summary { white-space: nowrap; }
th[scope=row] { min-width: 16em; position: sticky; left: 0; background: #fff; }
details { max-width: 40em; } details[open] { min-width: 24em; }
.wide { overflow-x: auto; }
</style>
<h1>Stacks and their operations</h1>
<div class="wide">
<table>
<thead><tr><th scope="col">operation</th>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</div>
<h2>Not there</h2>
<ul>
${missing.join('\n')}
</ul>
</html>
`;
}

function groupRow(group: string, width: number): string {
  return `<tr><th colspan="${width}" scope="colgroup">${escaped(group)}</th></tr>\n`;
}

function cellOf(cell: StackCell | undefined): string {
  const { word, command, evidence } = cell ?? { word: 'unknown', command: undefined, evidence: 'nobody asked' };
  const typed = command === undefined ? '' : `<p><code>west# ${escaped(command)}</code></p>`;
  const details = `<details><summary>${word}</summary>${typed}<p><code>${escaped(evidence)}</code></p></details>`;
  return `<td class="${word}">${details}</td>`;
}
