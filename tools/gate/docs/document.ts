import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../../src/base/folders.ts';

/** A Markdown file of the repository. */
export interface Document {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** Line of the fence, from 1. */
  readonly line: number;
  /** Word behind the fence: `ts`, `sh`, `console`, or nothing. */
  readonly language: string;
  readonly lines: readonly string[];
  /** What the comment `<!-- given: … -->` in the line above says: code that the reader is spared. */
  readonly given: string;
}

/** All documents. */
export function documents(): Document[] {
  const paths = globSync(['*.md', 'docs/*.md', 'scenarios/**/*.md', 'test/**/*.md'], { cwd: projectDir }).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(projectDir, path), 'utf8') }));
}

/** The fenced blocks of a document. */
export function codeBlocks({ text }: Document): CodeBlock[] {
  const lines = text.split('\n');
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, language] = /^```(\w*)$/.exec(lines[index] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    const [, given = ''] =
      /^<!-- given: (.*) -->$/.exec(lines.slice(0, index).findLast((line) => line !== '') ?? '') ?? [];
    blocks.push({ line: index + 1, language, lines: lines.slice(index + 1, end), given });
    index = end;
  }
  return blocks;
}

/** A document's lines without those of code blocks, which are empty here. */
export function proseLines(document: Document): string[] {
  const lines = document.text.split('\n');
  for (const block of codeBlocks(document)) {
    lines.fill('', block.line - 1, block.line + block.lines.length + 1);
  }
  return lines;
}

/** Code in the prose, with its line from 1. */
export function codeSpans(document: Document): { readonly line: number; readonly code: string }[] {
  return proseLines(document).flatMap((text, index) =>
    [...text.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, code = '']) => ({ line: index + 1, code })),
  );
}
