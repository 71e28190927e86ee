import type { CellWord, StackTable } from '../../model/stack-table.ts';

const signs: Readonly<Record<CellWord, string>> = { yes: 'yes', no: 'no', unknown: '?' };

/** The table, and below it what each `no` and each `?` follows from; with `all` each `yes` too. */
export function stacksText({ columns, rows, absent }: StackTable, all: boolean): string {
  const names = columns.map(({ name }) => name);
  const width = Math.max(...rows.map(({ operation }) => operation.length)) + 2;
  const lines: string[] = [`${' '.repeat(width + 2)}${names.join('  ')}`];
  let group = '';
  for (const row of rows) {
    if (row.group !== group) lines.push(row.group);
    group = row.group;
    const cells = names.map((name) => signs[row.cells[name]?.word ?? 'unknown'].padEnd(name.length + 2));
    lines.push(`  ${row.operation.padEnd(width)}${cells.join('')}`.trimEnd());
  }
  lines.push('');
  for (const { operation, cells } of rows) {
    const told = names.filter((name) => all || cells[name]?.word !== 'yes');
    if (told.length === 0) continue;
    lines.push(operation);
    for (const name of told) {
      const cell = cells[name];
      if (cell === undefined) continue;
      lines.push(`  ${name}: ${signs[cell.word]}: ${cell.evidence}`);
      if (cell.command !== undefined) lines.push(`    west# ${cell.command}`);
    }
  }
  lines.push('', ...absent.map(({ name, reason }) => `not there: ${name}: ${reason}`));
  return `${lines.join('\n')}\n`;
}
