/** Text for people and for shells. Pure, so that every room and the page may use it. */

/** One word of a POSIX shell, in quotes. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word of a POSIX shell, in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : shellQuoted(text);
}

/** Foreign text for a message: in quotes, control characters escaped, cut after 60 characters. */
export function excerptOf(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

/** Milliseconds as seconds: `12.3 s`. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Milliseconds in words, for what people wait for: `4 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** What is left, for people. Never `0 s`: as long as there is a line to read, something still goes on. */
export function leftText(ms: number): string {
  return ms < 1000 ? 'almost done' : `about ${duration(ms)} left`;
}

/** The order of two numbers, or of two texts by their code units: the machine's language plays no part. */
export function compare<Value extends string | number | bigint>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows as lines; columns as wide as their widest cell, the last one free. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd());
}

/** Linux takes names of so many bytes, and paths of so many. */
const longestName = 255;
const longestPath = 4096;

/** One name in a folder: nothing that leads to another folder, or that no file can have. */
export function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && Buffer.byteLength(name) <= longestName;
}

/** A relative path each of whose parts is a name: it leads to nothing but what lies below. */
export function isNameBelow(path: string): boolean {
  return Buffer.byteLength(path) <= longestPath && path.split('/').every(isFileName);
}
