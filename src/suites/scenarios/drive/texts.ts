/** The last line that is not empty, cut; `nothing`: there is none. */
export function lastLine(text: string): string {
  const last = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return last === '' ? 'nothing' : last.length > 200 ? `${last.slice(0, 200)}…` : last;
}

/** True where a text holds another, or matches. */
export function fits(text: string, what: string | RegExp): boolean {
  return typeof what === 'string'
    ? text.includes(what)
    : new RegExp(what.source, what.flags.replace(/[gy]/g, '')).test(text);
}

/** A text or pattern as people wrote it. */
export function patternText(what: string | RegExp): string {
  return typeof what === 'string' ? JSON.stringify(what) : String(what);
}
