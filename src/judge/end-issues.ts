import type { AttemptFile } from '../model/attempt.ts';
import type { Issue } from '../model/verdict.ts';
import { issueOf } from './issue.ts';

/** How a lab ended, where it did not come to its end in order. `command` was running then. */
export function endIssues({ end, command }: { readonly end: AttemptFile['end']; readonly command?: string }): Issue[] {
  if (end.word === 'completed') return [];
  const kind = end.word === 'timeout' ? 'TIMEOUT' : end.word;
  const message = end.detail ?? `the lab ended with ${end.word}`;
  return [issueOf(kind, { message, ...(end.host && { host: end.host }), ...(command !== undefined && { command }) })];
}
