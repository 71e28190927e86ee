/** Changes of a regular expression: an anchor or a flag less, an alternative less, another count, a class turned round. */
import type { Edit } from './edits.ts';

interface Token {
  readonly kind: 'anchor' | 'open' | 'close' | 'bar' | 'count' | 'filler' | 'class' | 'other';
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const tokenForm =
  /(?<anchor>\\[bB]|[$^])|(?<class>\[(?:\\.|[^\]\\])*\]|\\[dDwWsS])|(?<open>\((?:\?(?:<?[=!]|:|<\w+>))?)|(?<close>\))|(?<bar>\|)|(?<filler>\.\*\??)|(?<count>(?:[*+?]|\{\d+(?:,\d*)?\})\??)|(?<other>\\.|.)/gsu;

function tokensOf(pattern: string, offset: number): Token[] {
  return [...pattern.matchAll(tokenForm)].map(({ 0: text, index, groups = {} }) => {
    const kind = (Object.keys(groups).find((name) => groups[name] !== undefined) ?? 'other') as Token['kind'];
    return { kind, start: offset + index, end: offset + index + text.length, text };
  });
}

const otherCounts: Readonly<Record<string, readonly string[]>> = { '*': ['+', ''], '+': ['*', ''], '?': ['', '*'] };
const otherClasses: Readonly<Record<string, string>> = { '=': '!', '!': '=' };

function tokenEdits({ kind, start, end, text }: Token): Edit[] {
  if (kind === 'anchor') return [{ start, end, text: '' }];
  // One character in place of any number: that there may be none is seldom meant, and never matters.
  if (kind === 'filler') return [{ start, end, text: '.' }];
  if (kind === 'count') {
    const [head = '', lazy] = [text[0], text.length > 1 && text.endsWith('?') ? '?' : ''];
    return (otherCounts[head] ?? ['', '+']).map((other) => ({ start, end, text: other && other + lazy }));
  }
  if (kind === 'class' && text.startsWith('\\')) {
    const letter = text.charAt(1);
    const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    return [{ start, end, text: `\\${other}` }];
  }
  if (kind === 'class')
    return [{ start, end, text: text.startsWith('[^') ? `[${text.slice(2)}` : `[^${text.slice(1)}` }];
  const sign = otherClasses[text.at(-1) ?? ''];
  return kind === 'open' && sign !== undefined ? [{ start, end, text: text.slice(0, -1) + sign }] : [];
}

/** Each group, or the whole, without one of its alternatives. */
function withoutAlternatives(
  tokens: readonly Token[],
  whole: { readonly start: number; readonly end: number },
): Edit[] {
  const edits: Edit[] = [];
  const stack: { from: number; bars: number[] }[] = [{ from: whole.start, bars: [] }];
  const close = (end: number): void => {
    const { from, bars } = stack.pop() ?? { from: end, bars: [] };
    for (const [index, bar] of bars.entries())
      edits.push({ start: index === 0 ? from : (bars[index - 1] ?? 0), end: index === 0 ? bar + 1 : bar, text: '' });
    const last = bars.at(-1);
    if (last !== undefined) edits.push({ start: last, end, text: '' });
  };
  for (const { kind, start, end } of tokens) {
    if (kind === 'open') stack.push({ from: end, bars: [] });
    if (kind === 'bar') stack.at(-1)?.bars.push(start);
    if (kind === 'close') close(start);
  }
  close(whole.end);
  return edits;
}

/** All changes of a regular expression that is written as a literal at an offset. */
export function regexEdits(literal: string, offset: number): Edit[] {
  const end = literal.lastIndexOf('/');
  const tokens = tokensOf(literal.slice(1, end), offset + 1);
  const flags = [...literal.slice(end + 1)].map((_, index) => {
    const start = offset + end + 1 + index;
    return { start, end: start + 1, text: '' };
  });
  const whole = { start: offset + 1, end: offset + end };
  return [...tokens.flatMap(tokenEdits), ...withoutAlternatives(tokens, whole), ...flags].filter(
    ({ start, end: stop, text }) => start !== whole.start || stop !== whole.end || text !== '',
  );
}
