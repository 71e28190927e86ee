/** How text is written: coloured on a terminal, plain elsewhere. */
export interface TextStyle {
  readonly terminal: boolean;
}

/** Rows as lines; columns as wide as their widest cell, the last one free. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd());
}
