import type { UserspaceStack } from '../../model/stacks.ts';
import type { RecordFile } from '../records/reader.ts';
import type { StackLog } from '../stacks/with-stacks.ts';
import { deathsOf, isFork } from './deaths.ts';

/** The name of a stack's log below the attempt's folder. */
export function stackFile({ host, log }: UserspaceStack): string {
  return `files/${host}${log}`;
}

/** What stacks in userspace wrote, and when their processes died. A log that is missing says nothing, and is damage. */
export function stackLogs(
  stacks: readonly UserspaceStack[],
  records: RecordFile,
  read: (file: string) => Uint8Array | undefined,
): StackLog[] {
  if (stacks.length === 0) return [];
  const deaths = deathsOf(records);
  return stacks.map((stack) => ({
    host: stack.host,
    stack: stack.stack,
    log: utf8.decode(read(stackFile(stack)) ?? new Uint8Array()),
    // A child that has not begun another program has the name too.
    deaths: deaths
      .filter((death) => death.host === stack.host && death.program === stack.process && !isFork(death))
      .map(({ time }) => time),
  }));
}

const utf8 = new TextDecoder();
