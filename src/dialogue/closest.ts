/** The part of a text that is most like a pattern. */
export interface Likeness {
  /** Characters to insert, delete or replace until both are equal. */
  readonly distance: number;
  /** Where the part ends. */
  readonly end: number;
}

/** Finds the last of the parts of `text` that are most like `pattern` (Sellers, "The theory and computation of evolutionary distances", 1980). */
export function closest(pattern: string, text: string): Likeness {
  let column = Array.from({ length: pattern.length + 1 }, (_, row) => row);
  let best: Likeness = { distance: pattern.length, end: 0 };
  for (let at = 0; at < text.length; at += 1) {
    column = nextColumn(column, pattern, text.charAt(at));
    const distance = column[pattern.length] ?? 0;
    if (distance <= best.distance) best = { distance, end: at + 1 };
  }
  return best;
}

function nextColumn(before: readonly number[], pattern: string, character: string): number[] {
  const column = [0];
  for (let row = 1; row <= pattern.length; row += 1) {
    const [above = 0, left = 0, corner = 0] = [column[row - 1], before[row], before[row - 1]];
    const replaced = corner + (pattern.charAt(row - 1) === character ? 0 : 1);
    column.push(Math.min(above + 1, left + 1, replaced));
  }
  return column;
}
