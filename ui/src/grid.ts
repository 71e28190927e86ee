import type { TestRow } from '../../src/report/page/data.ts';

/** What a column's name says, if it is `A-VERSION to B-VERSION`: its pair, and the two versions; else the name alone. */
export interface ColumnHead {
  readonly name: string;
  readonly pair: string;
  readonly versions: readonly string[];
}

export interface Grid {
  readonly columns: readonly ColumnHead[];
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

function headOf(name: string): ColumnHead {
  const [, one, before = '', other, after = ''] = /^(.+)-(\d[^\s-]*) to (.+)-(\d[^\s-]*)$/.exec(name) ?? [];
  if (one === undefined) return { name, pair: '', versions: [] };
  return { name, pair: `${one} → ${other}`, versions: [before, after] };
}

/** Neighbours of one pair, for the line of heads above the versions. */
export function pairsOf(columns: readonly ColumnHead[]): { readonly pair: string; readonly count: number }[] {
  const pairs = Map.groupBy(columns, ({ pair }) => pair);
  return [...pairs].map(([pair, members]) => ({ pair, count: members.length }));
}

/** Rows in the order in which they first occur; columns too, those of one pair side by side. */
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
  const heads = [...Map.groupBy([...columns.keys()].map(headOf), ({ pair }) => pair).values()].flat();
  const order = heads.map(({ name }) => columns.get(name) ?? 0);
  const full = [...rows].map(([name, cells]) => ({ name, cells: order.map((at) => cells[at]) }));
  return { columns: heads, rows: full };
}
