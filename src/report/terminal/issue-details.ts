import type { ScenarioResult } from '../../model/results.ts';

/** All issues of a result with their places and excerpts. Not yet harmless. */
export function issueDetails({ issues }: ScenarioResult): string {
  return issues
    .map((issue) => {
      const place = [issue.host, issue.file, issue.line, issue.command].filter((part) => part !== undefined).join(' ');
      const text = place === '' ? issue.message : `${place}: ${issue.message}`;
      return issue.excerpt === undefined ? text : `${text}\n${issue.excerpt}`;
    })
    .join('\n');
}
