import { diffWordsWithSpace } from 'diff';
import { visibleLine } from '../../base/visible.ts';
import type { DiffLine } from './data.ts';

/** Lines of one difference that a page holds. */
const mostLines = 5000;
/** Longer lines are compared as wholes. */
const longest = 600;

/** A unified difference as lines, with the words that changed marked where a line became another one. */
export function diffLines(text: string): DiffLine[] {
  const all = text.replace(/\n$/, '').split('\n');
  const lines = all.slice(0, mostLines).filter((line) => !/^(?:---|\+\+\+) /.test(line));
  const result: DiffLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const removed = run(lines, at, '-');
    const added = run(lines, at + removed.length, '+');
    result.push(...changed(removed, added));
    at += removed.length + added.length;
    const line = lines[at];
    if (line === undefined || /^[-+]/.test(line)) continue;
    result.push(line.startsWith('@@') ? { sign: '@', text: line } : { sign: ' ', text: cleaned(line) });
    at += 1;
  }
  const left = all.length - mostLines;
  return left > 0 ? [...result, { sign: '@', text: `… ${left} more lines are in the file` }] : result;
}

/** Without its sign; what is no line of a difference (an excerpt of a log) has none. */
function cleaned(line: string): string {
  return visibleLine((/^[-+ ]/.test(line) ? line.slice(1) : line).replaceAll('\t', '    '));
}

function run(lines: readonly string[], from: number, sign: string): string[] {
  let to = from;
  while (lines[to]?.startsWith(sign)) to += 1;
  return lines.slice(from, to).map(cleaned);
}

/** Removed lines, then added ones; the n-th of each are compared where there are as many of both. */
function changed(removed: readonly string[], added: readonly string[]): DiffLine[] {
  const paired = removed.length === added.length;
  const marks = removed.map((line, index) => (paired ? wordMarks(line, added[index] ?? '') : undefined));
  const line = (sign: '-' | '+', text: string, found: DiffLine['marks']): DiffLine => ({
    sign,
    text,
    ...(found && { marks: found }),
  });
  return [
    ...removed.map((text, index) => line('-', text, marks[index]?.before)),
    ...added.map((text, index) => line('+', text, marks[index]?.after)),
  ];
}

type Marks = NonNullable<DiffLine['marks']>;

/** Where two lines differ; undefined where they have so little in common that marks say nothing. */
function wordMarks(before: string, after: string): { before: Marks; after: Marks } | undefined {
  if (before.length > longest || after.length > longest) return undefined;
  const found = { before: [] as [number, number][], after: [] as [number, number][] };
  const at = { before: 0, after: 0 };
  let common = 0;
  for (const { added, removed, value } of diffWordsWithSpace(before, after)) {
    if (!added) {
      if (removed) found.before.push([at.before, at.before + value.length]);
      at.before += value.length;
    }
    if (!removed) {
      if (added) found.after.push([at.after, at.after + value.length]);
      at.after += value.length;
    }
    if (!added && !removed) common += value.trim().length;
  }
  return common * 3 < Math.min(before.trim().length, after.trim().length) ? undefined : found;
}
