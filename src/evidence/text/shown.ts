/**
 * Sanitizers put words in the place of what changes from run to run (`0xSPISPI`, `REQID`, `EPHEM`), so a value that is a number on
 * the wire is `Shown` in a fact: a number, or that word.
 */
export type Shown = number | string;

/** A decimal or `0x` number that fits a double exactly, else the text itself. */
export function shown(text: string): Shown {
  if (!/^(?:\d{1,15}|0x[0-9a-fA-F]{1,12})$/.test(text)) return text;
  return Number(text);
}

/** Leaves out what is undefined, so that two facts of the same content have the same fields. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
