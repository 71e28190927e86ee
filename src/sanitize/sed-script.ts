/**
 * A cautious reader of sed scripts. It answers two questions: may this script run in one sed
 * with others, and can it change this input at all. Anything it does not know makes it say no;
 * scripts are never translated, only run unchanged.
 */
export interface SedFacts {
  /**
   * Treats each line by itself: no command that reads, prints, holds or ends early. Such a
   * script may follow others in one process.
   */
  readonly lineWise: boolean;
  /** May turn one line into more; a line-wise script that does may only be the last of a process. */
  readonly addsLines: boolean;
  readonly labels: readonly string[];
  /**
   * Texts of which at least one must occur in the input for the script to change anything.
   * `undefined`: not known.
   */
  readonly triggers: readonly string[] | undefined;
}

interface Command {
  /** Regular expressions and other addresses in front. */
  readonly addresses: readonly Address[];
  readonly negated: boolean;
  readonly name: string;
  /** Label of `b`, `:`; pattern, replacement and flags of `s`. */
  readonly parts: readonly string[];
}

type Address =
  | { readonly kind: 'pattern'; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'last' };

const nothingKnown: SedFacts = { lineWise: false, addsLines: true, labels: [], triggers: undefined };

/** Looks at the text of a script. `quiet`: it runs with -n. */
export function analyseSed(text: string, quiet: boolean): SedFacts {
  const commands = text.startsWith('#n\n') ? undefined : parseSed(text);
  if (commands === undefined) return nothingKnown;
  const labels = commands.filter((command) => command.name === ':').map((command) => command.parts[0] ?? '');
  return {
    lineWise: !quiet && commands.every(isLineWise),
    addsLines: commands.some(addsLines),
    labels,
    triggers: triggersOf(commands, quiet),
  };
}

function isLineWise({ name, parts, addresses, negated }: Command): boolean {
  // An empty pattern means the one used last, which must be this command's own.
  const known = addresses.every((address, index) => address.kind === 'pattern' || index === 1);
  if (!known) return false;
  if (name === 'b') return parts[0] !== '';
  if (name === 's') {
    const own = parts[0] !== '' || (addresses.length === 1 && !negated);
    return own && /^[gI0-9]*$/.test(parts[2] ?? '');
  }
  return 'd{}:'.includes(name);
}

function addsLines({ name, parts }: Command): boolean {
  return name === 's' && /\\n|\n/.test(parts[1] ?? '');
}

/**
 * Follows the script as it runs for a line that nothing matches: patterns are passed over, plain
 * jumps taken. Where that way ends with the line printed as it came, the script changes nothing
 * unless one of the patterns met on the way matches; their certain texts are the triggers.
 */
function triggersOf(commands: readonly Command[], quiet: boolean): string[] | undefined {
  const places = placesOf(commands);
  const texts: string[] = [];
  let printed = 0;
  let steps = 0;
  for (let at = 0; at < commands.length; at += 1) {
    const command = commands[at] as Command;
    if (steps++ > commands.length) return undefined;
    const met = patternMet(command);
    if (met !== undefined) {
      texts.push(met);
      if (command.name === '{') at = places.ends.get(at) ?? commands.length;
    } else if (command.addresses.length > 0) return undefined;
    else if (command.name === 'p') printed += 1;
    else if (command.name === 'b') {
      const label = command.parts[0] ?? '';
      const target = label === '' ? commands.length : places.labels.get(label);
      if (target === undefined) return undefined;
      at = target;
    } else if (!':{}'.includes(command.name)) return undefined;
  }
  return texts.includes('') || printed !== (quiet ? 1 : 0) ? undefined : texts;
}

/** Text without which a command does nothing; empty if there may be no such text. */
function patternMet({ addresses: [address], negated, name, parts }: Command): string | undefined {
  if (address !== undefined) {
    if (address.kind !== 'pattern' || negated) return undefined;
    return address.flags.includes('I') ? '' : literalIn(address.pattern);
  }
  if (name !== 's') return undefined;
  return parts[0] === '' || /[Ii]/.test(parts[2] ?? '') ? '' : literalIn(parts[0] ?? '');
}

/** Where commands lie: the first place of each label, and the end of each block by the place of its beginning. */
interface Places {
  readonly labels: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<number, number>;
}

function placesOf(commands: readonly Command[]): Places {
  const labels = new Map<string, number>();
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const [at, { name, parts }] of commands.entries()) {
    const [label = ''] = parts;
    if (name === ':' && !labels.has(label)) labels.set(label, at);
    if (name === '{') open.push(at);
    const begin = name === '}' ? open.pop() : undefined;
    if (begin !== undefined) ends.set(begin, at);
  }
  return { labels, ends };
}

/**
 * The longest text that every match of a basic regular expression holds; empty if none is certain. Each character is looked at
 * once or twice, since patterns come from anybody.
 */
export function literalIn(pattern: string): string {
  // Alternatives and repeated groups may leave anything out; numbered characters are not looked up.
  if (/\\[|xdoc]|\\\)(?:\*|\\[?{])/.test(pattern)) return '';
  let best = '';
  let run = '';
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; ) {
    const length = tokenLength(pattern, at);
    if (length === undefined) return '';
    const token = pattern.slice(at, at + length);
    at += length;
    if (token === '*' || token === '\\?' || token.startsWith('\\{')) {
      run = withoutLastCharacter(run);
      end();
    } else if (/^\\[./*[\]$^#&,-]$/.test(token)) run += token.slice(1);
    else if (token.length > 1 || '.^$'.includes(token)) end();
    else run += token;
  }
  end();
  return best;
}

/** Length of what stands at a place of a pattern: a character, an escape, an interval, a bracket. `undefined`: a bracket that is not known. */
function tokenLength(pattern: string, at: number): number | undefined {
  if (pattern[at] === '[') return bracketLength(pattern, at);
  if (pattern[at] !== '\\' || at + 1 >= pattern.length) return 1;
  const close = pattern[at + 1] === '{' ? pattern.indexOf('\\', at + 2) : -1;
  return close >= 0 && pattern[close + 1] === '}' ? close + 2 - at : 2;
}

function bracketLength(pattern: string, start: number): number | undefined {
  let at = start + (pattern[start + 1] === '^' ? 2 : 1);
  if (pattern[at] === ']') at += 1;
  for (; at < pattern.length; at += 1) {
    if (pattern[at] === ']') return at + 1 - start;
    if (pattern[at] !== '[') continue;
    // Collating symbols and equivalence classes may hold a bracket.
    if (pattern[at + 1] === '.' || pattern[at + 1] === '=') return undefined;
    className.lastIndex = at;
    at += (className.exec(pattern)?.[0].length ?? 1) - 1;
  }
  return undefined;
}

/** POSIX has no longer one than `xdigit`. */
const className = /\[:[a-z]{1,20}:\]/y;

/** Without the last character, all its bytes: it may be missing. */
function withoutLastCharacter(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) >= 0x80) end -= 1;
  return text.slice(0, end < text.length ? end : end - 1);
}

/** Splits a script into commands; `undefined` where it holds anything unknown. */
function parseSed(text: string): Command[] | undefined {
  const commands: Command[] = [];
  const reader = { text, at: 0 };
  for (;;) {
    skip(reader, /(?:[\s;]|#[^\n]*)*/y);
    if (reader.at >= text.length) return commands;
    const command = parseCommand(reader);
    if (command === undefined) return undefined;
    commands.push(command);
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

function skip(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? '';
  reader.at += found.length;
  return found;
}

function parseCommand(reader: Reader): Command | undefined {
  const addresses: Address[] = [];
  for (let more = true; more; ) {
    const address = parseAddress(reader);
    if (address === undefined) return undefined;
    if (address !== 'none') addresses.push(address);
    more = address !== 'none' && addresses.length < 2 && skip(reader, /\s*,\s*/y) !== '';
  }
  const negated = skip(reader, /[ \t]*!?[ \t]*/y).includes('!');
  const name = skip(reader, /[\s\S]/y);
  const parts = parseParts(name, reader);
  return parts === undefined ? undefined : { addresses, negated, name, parts };
}

function parseAddress(reader: Reader): Address | 'none' | undefined {
  const next = reader.text.charAt(reader.at);
  if (next === '$') {
    reader.at += 1;
    return { kind: 'last' };
  }
  if (/[0-9\\+~]/.test(next)) return undefined;
  if (next !== '/') return 'none';
  reader.at += 1;
  const pattern = delimited(reader, '/');
  if (pattern === undefined || pattern === '') return undefined;
  return { kind: 'pattern', pattern, flags: skip(reader, /[IM]*/y) };
}

function parseParts(name: string, reader: Reader): string[] | undefined {
  if ('dDpPnN{}'.includes(name) && name !== '') return [];
  if (name === 'b') return [skip(reader, /[ \t]*[^\s;}]*/y).trim()];
  if (name === ':') return [skip(reader, /[ \t]*[^\s;]*/y).trim()];
  if (name !== 's') return undefined;
  const delimiter = skip(reader, /[\s\S]/y);
  if (!/^[^\\\w\s]$/.test(delimiter)) return undefined;
  const pattern = delimited(reader, delimiter);
  const replacement = pattern === undefined ? undefined : delimited(reader, delimiter, false);
  if (pattern === undefined || replacement === undefined) return undefined;
  return [pattern, replacement, skip(reader, /[a-zA-Z0-9]*/y)];
}

/** Reads up to an unescaped delimiter; in patterns a bracket expression hides nothing from sed. */
function delimited(reader: Reader, delimiter: string, pattern = true): string | undefined {
  const start = reader.at;
  while (reader.at < reader.text.length) {
    const next = reader.text.charAt(reader.at);
    if (next === delimiter) {
      reader.at += 1;
      return reader.text.slice(start, reader.at - 1);
    }
    if (next === '\n' && pattern) return undefined;
    reader.at += next === '\\' ? 2 : 1;
  }
  return undefined;
}
