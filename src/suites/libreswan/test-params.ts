/** Values of the variables that a parameter file leaves behind. */
export type Parameters = Readonly<Record<string, string>>;

/** A line that the reader does not know. Such files are shell, and shell is not run here. */
export interface UnknownLine {
  readonly line: number;
  readonly text: string;
}

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
    const line = withoutComment(whole).trim();
    if (line === '') continue;
    const unknown = { line: index + 1, text: whole.trim() };
    const included = source.exec(line)?.[1];
    if (included !== undefined) {
      if (defaults === undefined || included !== '../../default-testparams.sh') return unknown;
      Object.assign(values, defaults);
      continue;
    }
    const match = assignment.exec(line);
    const value = match === null ? undefined : expand(match, values);
    if (match?.[1] === undefined || value === undefined) return unknown;
    values[match[1]] = match[2] === '+' ? (values[match[1]] ?? '') + value : value;
  }
  return { ...values };
}

/** Cuts a comment off, which opens with a `#` at the start of a word outside of quotes. */
function withoutComment(line: string): string {
  const quoted = /^(?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*/.exec(line)?.[0] ?? '';
  return line.charAt(quoted.length) === '#' ? quoted : line;
}

function expand(match: RegExpExecArray, values: Record<string, string>): string | undefined {
  const [, , , double, single, bare] = match;
  if (double === undefined) return single ?? bare ?? '';
  const expanded = double.replace(reference, (_, braced, plain) => values[braced ?? plain] ?? '');
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
