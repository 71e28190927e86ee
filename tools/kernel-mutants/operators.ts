/** One-place changes of C code, as somebody might slip. */
import { type CFunction, closing, codeOf, functionsOf, lineOf } from './c-source.ts';

/** A change of a source file. */
export interface KernelMutant {
  /** Its name: file, function, operator and which place in the function, `net/xfrm/xfrm_input.c:xfrm_input:negate:3`. */
  readonly id: string;
  readonly file: string;
  readonly within: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Change = Pick<KernelMutant, 'start' | 'end' | 'text'>;
type Operator = (code: string, body: CFunction) => Change[];

/** Replaces what the first group of a pattern matches, or all of it where there is no group. */
function swap(pattern: RegExp, by: (found: string) => string | undefined): Operator {
  return (code, { start, end }) =>
    [...code.slice(start, end).matchAll(pattern)].flatMap((match) => {
      const found = match[1] ?? match[0];
      const text = by(found);
      const from = start + match.index + match[0].indexOf(found);
      return text === undefined ? [] : [{ start: from, end: from + found.length, text }];
    });
}

const table =
  (entries: Readonly<Record<string, string>>) =>
  (found: string): string | undefined =>
    entries[found];

const negate: Operator = (code, { start, end }) =>
  [...code.slice(start, end).matchAll(/\bif \(/g)].flatMap((match) => {
    const open = start + match.index + match[0].length - 1;
    const behind = closing(code, open);
    return behind === undefined ? [] : [{ start: open, end: behind, text: '' }];
  });

/** Words that begin a declaration, and what ends a function: leaving it out is no slip. */
const kept =
  /^(?:return|else|case|default|struct|union|enum|const|static|extern|unsigned|int|long|bool|void|char|size_t|[us](?:8|16|32|64)|__be(?:16|32|64)|\w+_t)\b/;

const remove: Operator = (code, { start, end }) =>
  [...code.slice(start, end).matchAll(/^\t+(\S[^\n]*);[ \t]*$/gm)].flatMap((match) => {
    const statement = match[1] ?? '';
    const count = (bracket: string): number => statement.split(bracket).length;
    if (kept.test(statement) || count('(') !== count(')') || /^[^a-z*+-]/i.test(statement)) return [];
    const from = start + match.index + match[0].indexOf(statement);
    return [{ start: from, end: from + statement.length, text: '' }];
  });

/** By the name that seeds and reports use. */
export const operators: Readonly<Record<string, Operator>> = {
  compare: swap(
    /(?<![-<>=!])(<=|>=|==|!=|<|>)(?![<>=])/g,
    table({ '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==' }),
  ),
  logic: swap(/&&|\|\|/g, table({ '&&': '||', '||': '&&' })),
  negate,
  'off by one': swap(/(?<![\w.])(\d+)(?![\w.])/g, (number) => String(Number(number) + 1)),
  constant: swap(/(?<![\w.>])(?:true|false|-E[A-Z]+)\b/g, (word) => ({ true: 'false', false: 'true' })[word] ?? '0'),
  arithmetic: swap(
    /(?<=[\w)\]] )([-+*]|<<|>>)(?= )|\+\+|--|[-+]=/g,
    table({ '+': '-', '-': '+', '*': '/', '<<': '>>', '>>': '<<', '++': '--', '--': '++', '+=': '-=', '-=': '+=' }),
  ),
  bits: swap(
    /(?<=[\w)\]] )([&|])(?= )|[&|]=|(?<=[(\s!])~/g,
    table({ '&': '|', '|': '&', '&=': '|=', '|=': '&=', '~': '' }),
  ),
  delete: remove,
};

/** All mutants of a file that an operator makes, in the order of the text. */
export function mutantsOf(file: string, text: string, operator: string): KernelMutant[] {
  const code = codeOf(text);
  const change = operators[operator];
  if (change === undefined) return [];
  return functionsOf(code).flatMap((body) =>
    change(code, body).map(({ start, end, text: instead }, at) => ({
      id: [file, body.name, operator, at + 1].join(':'),
      file,
      within: body.name,
      line: lineOf(text, start),
      start,
      end,
      text: operator === 'negate' ? `(!${text.slice(start, end)})` : instead,
    })),
  );
}

/** The file with the change. */
export function mutated(text: string, { start, end, text: instead }: Change): string {
  return text.slice(0, start) + instead + text.slice(end);
}
