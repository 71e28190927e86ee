import { createTwoFilesPatch, FILE_HEADERS_ONLY, structuredPatch } from 'diff';
import { promptedCommand, promptLine } from '../../evidence/text/console-lines.ts';

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
const maxEditLength = 1000;
/** More lines of a difference than this are left out of its excerpt. */
const excerptLines = 16;
const context = 3;
/** All that texts differ in whose lines are the same. */
const noNewline = '\\ No newline at the end of one of them';

/** A unified diff as bytes-in-Latin-1 text; empty for equal texts. */
export function unifiedDiff(expected: string, received: string, names: readonly [string, string]): string {
  if (expected === received) return '';
  const options = { context, maxEditLength, headerOptions: FILE_HEADERS_ONLY };
  const patch = createTwoFilesPatch(names[0], names[1], expected, received, '', '', options);
  return patch ?? wholesale(expected, received, names);
}

/** What a diff says when looking for the smallest one would take too long. */
function wholesale(expected: string, received: string, names: readonly [string, string]): string {
  const [left, right] = [linesOf(expected), linesOf(received)];
  const start = commonLines(left, right);
  const [before, after] = [left.slice(start), right.slice(start)];
  const head = `--- ${names[0]}\n+++ ${names[1]}\n@@ -${start + 1},${before.length} +${start + 1},${after.length} @@\n`;
  return head + [...before.map((line) => `-${line}\n`), ...after.map((line) => `+${line}\n`)].join('');
}

/** Finds the first difference of two texts that differ. */
export function firstDifference(expected: string, received: string): FirstDifference {
  const [left, right] = [linesOf(expected), linesOf(received)];
  const at = commonLines(left, right);
  const command = commandAbove(left, at) ?? commandAbove(right, at);
  const [hunk] = structuredPatch('', '', near(left, at), near(right, at), '', '', { context }).hunks;
  const all = hunk?.lines ?? [...left.slice(-context).map((line) => ` ${line}`), noNewline];
  const lines = all.slice(0, excerptLines);
  if (all.length > excerptLines) lines.push(`… ${all.length - excerptLines} more lines`);
  return { line: at + 1, ...(command !== undefined && { command }), excerpt: lines.join('\n') };
}

type Lines = readonly string[];

function linesOf(text: string): Lines {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function commonLines(left: Lines, right: Lines): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}

/** The part of a text from shortly before a line on, long enough for an excerpt. */
function near(lines: Lines, at: number): string {
  const part = lines.slice(Math.max(0, at - context), at + 60);
  return part.map((line) => `${line}\n`).join('');
}

/** What was typed in a line: ` command` below `host #`, or `guest# command`. */
function commandOf(line: string, above: string): string | undefined {
  if (line.startsWith(' ') && promptLine.test(above)) return line.slice(1);
  return promptedCommand.exec(line)?.[1];
}

/** The last command above a line; the first line is one, without a prompt. */
function commandAbove(lines: Lines, at: number): string | undefined {
  for (let index = at; index >= 0; index -= 1) {
    const command = commandOf(lines[index] ?? '', lines[index - 1] ?? '');
    if (command !== undefined) return command;
  }
  return at > 0 ? lines[0] : undefined;
}

/** True if two texts differ in nothing but blanks, tabs and empty lines. */
export function sameButWhitespace(a: string, b: string): boolean {
  const strip = (text: string): string => text.replace(/[ \t]/g, '').replace(/\n+/g, '\n').replace(/^\n/, '');
  return strip(a) === strip(b);
}
