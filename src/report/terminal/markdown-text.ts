import { visible, visibleLine } from '../../base/visible.ts';

/**
 * Characters that Markdown, HTML or a forge can give a meaning: everything but letters, digits and a few signs that have none within
 * a line; and the dot of `www.`, with which GitHub begins a link.
 */
const special = /(?<=[wW])\.|[^\p{L}\p{N} .,;()=/+-]/gu;

/** So many characters of a name or message are shown. */
const longest = 500;

/**
 * Foreign text on one line, as code. Entities cannot begin or end anything in Markdown, in a table neither; forges look for no users,
 * issues or links in code. Backticks would not do: a table cell cannot hold every text between them.
 */
export function inlineCode(text: string): string {
  const line = visibleLine(text.toWellFormed());
  const shown = line.length > longest ? `${line.slice(0, longest).toWellFormed()}…` : line;
  return `<code>${shown.replace(special, (character) => `&#${character.codePointAt(0)};`)}</code>`;
}

/** So many lines of a block are shown, and so much of each. */
const blockLines = 20;
const lineLength = 300;

/** Foreign lines as a block of code, in a fence that is longer than any in it. */
export function codeBlock(text: string): string {
  const lines = visible(text.toWellFormed()).trimEnd().split('\n');
  const shown = lines
    .slice(0, blockLines)
    .map((line) => (line.length > lineLength ? `${line.slice(0, lineLength).toWellFormed()}…` : line));
  const more = lines.length - shown.length;
  if (more > 0) shown.push(`… ${more} more lines`);
  const body = shown.join('\n');
  const longestFence = Math.max(0, ...(body.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(Math.max(3, longestFence + 1));
  return `${fence}text\n${body}\n${fence}\n`;
}
