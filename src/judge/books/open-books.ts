import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { Issue } from '../../model/verdict.ts';
import { countedByAgent } from './agent-books.ts';
import { countedBySas } from './sa-books.ts';

/**
 * Compares what was counted while the lab ran with what there is: frames with the agent's own books, captured packets with what SAs have
 * taken. Where more was counted, evidence is missing, whoever lost it.
 */
export function openBooks(attempt: Attempt): Issue[] {
  // A lab that was cut short left captures as they were when they were last written.
  return attempt.records.complete ? [...countedByAgent(attempt), ...countedBySas(attempt.evidence)] : [];
}
