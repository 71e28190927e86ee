import { collectedFiles } from '../evidence/attempt/collected.ts';
import { type Loss, namesOfLost } from '../evidence/attempt/losses.ts';
import { commandAt, type TypedCommand } from '../evidence/evidence.ts';
import { issueOf } from '../model/issue-kinds.ts';
import type { Issue } from '../model/verdict.ts';

/** What is judged by, of what a lab can lose. */
export interface JudgedBy {
  readonly commands: readonly TypedCommand[];
  /** Their collected files are read; others may be lost. */
  readonly hosts: readonly string[];
  /** Names of files below the attempt's folder. */
  readonly names: Iterable<string>;
  /** Its substrate takes captures. */
  readonly captured: boolean;
}

/** Losses without which the verdict could be another. Lost XFRM events are told by who reads the tables. */
export function lossIssues(losses: readonly Loss[], judgedBy: JudgedBy): Issue[] {
  return losses.flatMap((loss): Issue[] => {
    const message = messageOf(loss, judgedBy);
    if (message === undefined) return [];
    const { host, time } = loss;
    const command = commandAt(judgedBy.commands, time)?.line;
    return [
      issueOf('evidence-lost', {
        ...(host !== undefined && { host }),
        ...(command !== undefined && { command }),
        message,
      }),
    ];
  });
}

/** `undefined`: nothing depends on it. */
function messageOf(loss: Loss, { hosts, names, captured }: JudgedBy): string | undefined {
  const detail = loss.text.replace(/^\S+ /, '');
  switch (loss.what) {
    case 'frames': {
      const which =
        loss.count === undefined ? `frames are in no capture (${detail})` : `${loss.count} frames are in no capture`;
      return captured ? which : undefined;
    }
    case 'file': {
      const possible = namesOfLost(loss, hosts);
      const stored = new Set(names);
      const there = possible.filter((name) => stored.has(name));
      const [read] = collectedFiles(there.length > 0 ? there : possible, hosts);
      return read && `${read.file} is not whole: ${detail}`;
    }
    case 'xfrm-events':
      return undefined;
    case 'other':
      return `evidence is missing: ${detail}`;
  }
}
