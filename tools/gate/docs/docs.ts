/** What documents say about the repository is true: links, paths, command lines, code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../../src/base/folders.ts';
import type { SourceFile } from '../source-files.ts';
import { type Found, found, unlessKnown } from '../step.ts';
import { commandProblems } from './commands.ts';
import { documents } from './document.ts';
import { commentedFiles, commentProblems, linkProblems, pathProblems } from './links.ts';
import { sampleProblems } from './samples.ts';

/** Links, paths and command lines. */
export function documentProblems(): Found {
  const all = documents();
  const comments = commentProblems(commentedFiles());
  return found([...linkProblems(all), ...pathProblems(all), ...comments, ...commandProblems(all)]);
}

/** Code samples, checked against these sources. */
export function sampleStep(files: readonly SourceFile[]): Found {
  const all = documents();
  const sources = files.filter(({ path }) => path.startsWith('src/') || path.startsWith('tools/gate/docs/'));
  const inputs = [...all, ...sources].map(({ path, text }) => `${path} ${text}`);
  const lock = readFileSync(join(projectDir, 'package-lock.json'), 'utf8');
  return unlessKnown('samples', [...inputs, lock], () => sampleProblems(all));
}
