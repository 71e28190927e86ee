import ts from 'typescript';

/** One small change of a source text, as offsets into it. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A node as each of some texts. */
export function replace(node: ts.Node, source: ts.SourceFile, ...texts: readonly string[]): Edit[] {
  return texts.map((text) => ({ start: node.getStart(source), end: node.end, text }));
}

/** The operator of a binary expression; empty: it is none. */
export function tokenOf(node: ts.Node): string {
  return ts.isBinaryExpression(node) ? (ts.tokenToString(node.operatorToken.kind) ?? '') : '';
}

/** Operators and what each is mistaken for: its neighbour, and its opposite. */
export const operators: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '|=': ['&='],
  '&=': ['|='],
  '^=': ['|='],
  '<<=': ['>>='],
  '>>=': ['<<='],
  '>>>=': ['<<='],
  '||=': ['&&='],
  '&&=': ['||='],
  '??=': ['='],
};

/** Names of functions and methods that a slip exchanges. */
const exchangedNames: readonly (readonly [string, string])[] = [
  ['some', 'every'],
  ['startsWith', 'endsWith'],
  ['find', 'findLast'],
  ['findIndex', 'findLastIndex'],
  ['indexOf', 'lastIndexOf'],
  ['min', 'max'],
  ['push', 'unshift'],
  ['pop', 'shift'],
  ['toLowerCase', 'toUpperCase'],
  ['minor', 'major'],
];

/** Texts that a slip exchanges: words of verdicts, and the two sides of everything here. */
const exchangedTexts: readonly (readonly [string, string])[] = [
  ['major', 'minor'],
  ['leak', 'minor'],
  ['unresolved', 'passed'],
  ['failed', 'passed'],
  ['timeout', 'passed'],
  ['nondeterminism', 'passed'],
  ['in', 'out'],
  ['esp', 'ah'],
  ['tunnel', 'transport'],
];

function bothWays(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  // Where a text is in several pairs, the first one counts.
  return new Map([...pairs.map(([a, b]) => [b, a] as const), ...pairs].reverse());
}

export const oppositeNames = bothWays(exchangedNames);
export const oppositeTexts = bothWays(exchangedTexts);

/** Methods that only choose, cut or order: a call of one is left out. */
export const dispensable: ReadonlySet<string> = new Set([
  ...['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'trim', 'trimEnd', 'trimStart', 'subarray'],
  ...['toLowerCase', 'toUpperCase', 'flat', 'replace', 'replaceAll', 'padStart', 'padEnd'],
]);
