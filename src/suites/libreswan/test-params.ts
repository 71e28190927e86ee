/** Values of the variables that a parameter file leaves behind. */
export type Parameters = Readonly<Record<string, string>>;

/** A line that the reader does not know. Such files are shell, and shell is not run here. */
export interface UnknownLine {
  readonly line: number;
  readonly text: string;
}

/** Characters of a line, and of a value. People write some hundreds; a file that doubles a value 40 times has no more lines than others. */
const longest = 16_384;
/** Characters of an unknown line that are shown. */
const shown = 200;

const source = /^(?:\.|source)\s+(\S+)$/;
const assignment = /^([A-Za-z_]\w*)(\+?)=(?:"([^"\\`]*)"|'([^']*)'|([\w./-]*))$/;
const reference = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

/**
 * Reads a `testparams.sh` without running it. Known are comments, assignments and appends of words
 * and variables, and the inclusion of the suite's defaults, whose values are given.
 */
export function readParameters(text: string, defaults?: Parameters): Parameters | UnknownLine {
  const values: Record<string, string> = Object.create(null);
  for (const [index, whole] of text.split('\n').entries()) {
    const unknown = { line: index + 1, text: whole.trim().slice(0, shown) };
    if (whole.length > longest) return unknown;
    const line = withoutComment(whole).trim();
    if (line === '') continue;
    const included = source.exec(line)?.[1];
    if (included !== undefined) {
      if (defaults === undefined || included !== '../../default-testparams.sh') return unknown;
      Object.assign(values, defaults);
      continue;
    }
    const match = assignment.exec(line);
    const value = match === null ? undefined : assigned(match, values);
    if (match?.[1] === undefined || value === undefined || value.length > longest) return unknown;
    values[match[1]] = value;
  }
  return { ...values };
}

/** Cuts a comment off, which opens with a `#` at the start of a word outside of quotes. */
function withoutComment(line: string): string {
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '#' && (at === 0 || /\s/.test(line.charAt(at - 1)))) return line.slice(0, at);
    if (char !== '"' && char !== "'") continue;
    const close = line.indexOf(char, at + 1);
    if (close < 0) return line;
    at = close;
  }
  return line;
}

/** The variable's new value, as far as it is looked at: one character more than the limit says enough. */
function assigned(match: RegExpExecArray, values: Record<string, string>): string | undefined {
  const [, name = '', plus] = match;
  const value = expand(match, values);
  return plus === '+' && value !== undefined ? (values[name] ?? '') + value : value;
}

/** Each variable holds at most `longest` characters, and a line names at most half as many: the sum is watched on the way. */
function expand(match: RegExpExecArray, values: Record<string, string>): string | undefined {
  const [, , , double, single, bare] = match;
  if (double === undefined) return single ?? bare ?? '';
  let length = 0;
  const expanded = double.replace(reference, (_, braced, plain) => {
    const value = values[braced ?? plain] ?? '';
    length += value.length;
    return length > longest ? '' : value;
  });
  if (length > longest) return undefined;
  return double.replace(reference, '').includes('$') ? undefined : expanded;
}

/** Names of the sanitizers for the console of a host (or `all`), in order. */
export function sanitizersFor(host: string, parameters: Parameters): string[] {
  const own = parameters[`${host.toUpperCase()}_CONSOLE_FIXUPS`];
  return ((own || parameters.REF_CONSOLE_FIXUPS) ?? '').split(/[ \t\n]+/).filter(Boolean);
}

/** True for what `readParameters` gives when it met a line that it does not know. */
export function isUnknown(result: Parameters | UnknownLine): result is UnknownLine {
  return typeof result.line === 'number';
}
