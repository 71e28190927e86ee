/** Lines of compilers, linkers, make, configure and shells that say that something is wrong. */
const wrong = /(?:\b(?:fatal )?error\b|\bundefined reference\b|\*\*\*|: not found$|\bNo such file\b|\bcannot find\b)/i;
/** What only repeats it, or says that errors are none. */
const notIt = /-Werror|-Wno-error|\berror(?:s)?\.[cho]\b|\bno error/i;

/** The first error of a build's log, with a few lines around it; its end where none is found. */
export function firstError(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => wrong.test(line) && !notIt.test(line));
  return at < 0 ? lines.slice(-10) : lines.slice(Math.max(0, at - 1), at + 6);
}
