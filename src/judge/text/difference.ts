import { createTwoFilesPatch, structuredPatch } from 'diff';

/** Where two texts part, and what stands around it. */
export interface FirstDifference {
  /** Line of the expected text, from 1. */
  readonly line: number;
  /** The command in whose output it lies, as the console shows it. */
  readonly command?: string;
  /** Three lines of context around the first changed lines, in unified style. */
  readonly excerpt: string;
}

/** Beyond so many changed lines the rest of both texts is told as one change. */
const maxEditLength = 4000;
/** More lines of a difference than this are left out of its excerpt. */
const excerptLines = 16;
const context = 3;

/** A unified diff as bytes-in-Latin-1 text; empty for equal texts. */
export function unifiedDiff(expected: string, received: string, names: readonly [string, string]): string {
  if (expected === received) return '';
  const options = { context, maxEditLength, headerOptions: fileHeaders };
  const patch = createTwoFilesPatch(names[0], names[1], expected, received, '', '', options);
  return patch ?? wholesale(expected, received, names);
}

const fileHeaders = { includeIndex: false, includeUnderline: false, includeFileHeaders: true } as const;

/** What a diff says when looking for the smallest one would take too long. */
function wholesale(expected: string, received: string, names: readonly [string, string]): string {
  const start = commonLines(expected, received);
  const tails = [expected, received].map((text) => linesOf(text).slice(start));
  const [before = [], after = []] = tails;
  const head = `--- ${names[0]}\n+++ ${names[1]}\n@@ -${start + 1},${before.length} +${start + 1},${after.length} @@\n`;
  return head + [...before.map((line) => `-${line}\n`), ...after.map((line) => `+${line}\n`)].join('');
}

/** Finds the first difference of two texts that differ. */
export function firstDifference(expected: string, received: string): FirstDifference {
  const at = commonLines(expected, received);
  const command = commandAbove(linesOf(expected), at) ?? commandAbove(linesOf(received), at);
  const patch = structuredPatch('', '', near(expected, at), near(received, at), '', '', {
    context,
    maxEditLength: 400,
  });
  const hunk = patch?.hunks[0]?.lines ?? roughly(expected, received, at);
  const lines = hunk.slice(0, excerptLines);
  if (hunk.length > excerptLines) lines.push(`… ${hunk.length - excerptLines} more lines`);
  return { line: at + 1, ...(command !== undefined && { command }), excerpt: lines.join('\n') };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function commonLines(a: string, b: string): number {
  const [left, right] = [linesOf(a), linesOf(b)];
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
  return at;
}

/** The part of a text from shortly before a line on, long enough for an excerpt. */
function near(text: string, at: number): string {
  return linesOf(text)
    .slice(Math.max(0, at - context), at + 60)
    .map((line) => `${line}\n`)
    .join('');
}

function roughly(expected: string, received: string, at: number): string[] {
  const around = (text: string): string[] => linesOf(text).slice(at, at + context + 1);
  const before = linesOf(expected).slice(Math.max(0, at - context), at);
  return [
    ...before.map((line) => ` ${line}`),
    ...around(expected).map((line) => `-${line}`),
    ...around(received).map((line) => `+${line}`),
  ];
}

/** The last command above a line: ` command` below `host #`, `guest# command`, or the first line, which has no prompt. */
function commandAbove(lines: readonly string[], at: number): string | undefined {
  for (let index = Math.min(at, lines.length - 1); index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    const merged = /^[a-z]+# (.*)$/.exec(line)?.[1];
    if (merged !== undefined) return merged;
    if (line.startsWith(' ') && /^[a-z]+ #$/.test(lines[index - 1] ?? '')) return line.slice(1);
  }
  return at > 0 ? lines[0] : undefined;
}

/** True if two texts differ in nothing but blanks, tabs and empty lines. */
export function sameButWhitespace(a: string, b: string): boolean {
  const strip = (text: string): string =>
    text
      .replace(/[ \t]+/g, '')
      .replace(/\n+/g, '\n')
      .replace(/^\n/, '');
  return strip(a) === strip(b);
}
