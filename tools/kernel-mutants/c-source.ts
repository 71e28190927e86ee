/** What of C source in the kernel's style is code, and of which function. */

/** A function's body, as offsets into the text: between its braces. */
export interface CFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** The text with blanks for comments, strings, characters and lines of the preprocessor; offsets stay. */
export function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g, blank)
    .replaceAll(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, blank);
}

/** Functions whose braces stand alone at the head of a line, as the kernel's style has it. */
export function functionsOf(code: string): CFunction[] {
  return [...code.matchAll(/^\{[ \t]*\n([\s\S]*?)^\}/gm)].flatMap((match) => {
    const head = code.slice(0, match.index);
    const declared = head.slice(Math.max(head.lastIndexOf(';'), head.lastIndexOf('}'), -1) + 1);
    const name = /(\w+)\s*\(/.exec(declared)?.[1];
    if (name === undefined || /=\s*$/.test(declared)) return [];
    const start = match.index + match[0].indexOf('\n') + 1;
    return [{ name, start, end: start + (match[1] ?? '').length }];
  });
}

/** Offset behind the bracket that closes the one at `open`; undefined: none does. */
export function closing(code: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    else if (code[at] === ')' && --depth === 0) return at + 1;
  }
  return undefined;
}

/** Line number of an offset, from 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
