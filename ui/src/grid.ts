import type { TestRow } from '../../src/report/page/data.ts';

export interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly (TestRow | undefined)[] }[];
}

/** A test's place: what stands before the first comma of its name, and what comes after it; as the reporter `matrix` has it. */
function placeOf({ name }: TestRow): { column: string; row: string } | undefined {
  const comma = name.indexOf(', ');
  return comma < 0 ? undefined : { column: name.slice(0, comma), row: name.slice(comma + 2) };
}

/** True where a grid has something to show: at least two tests with places. */
export function hasGrid(tests: readonly TestRow[]): boolean {
  let places = 0;
  for (const test of tests) if (placeOf(test) !== undefined) places += 1;
  return places > 1;
}

/** Columns and rows in the order in which they first occur. */
export function gridOf(tests: readonly TestRow[]): Grid {
  const columns = new Map<string, number>();
  const rows = new Map<string, (TestRow | undefined)[]>();
  for (const test of tests) {
    const place = placeOf(test);
    if (place === undefined) continue;
    const column = columns.get(place.column) ?? columns.size;
    columns.set(place.column, column);
    const cells = rows.get(place.row) ?? [];
    cells[column] = test;
    rows.set(place.row, cells);
  }
  const width = columns.size;
  const full = [...rows].map(([name, cells]) => ({ name, cells: Array.from({ length: width }, (_, at) => cells[at]) }));
  return { columns: [...columns.keys()], rows: full };
}
