import { issueKinds } from '../model/issue-kinds.ts';
import type { Issue } from '../model/verdict.ts';

/** Builds an issue whose word follows from its kind. */
export function issueOf(kind: string, rest: Omit<Issue, 'kind' | 'word'>): Issue {
  return { kind, word: issueKinds[kind]?.word ?? 'unresolved', ...rest };
}
