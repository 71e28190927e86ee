import { describeIssues } from '../../base/files.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import { compareGolden, goldenFacts } from '../../judge/oracles/golden.ts';
import { type GoldenFacts, goldenSchema } from '../../model/golden-facts.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';

/** Compares what was observed with the content of a `facts.json`. One that cannot be read is an issue of its own. */
export function goldenIssues(content: Uint8Array, evidence: FactEvidence): Issue[] {
  let expected: GoldenFacts;
  try {
    expected = goldenSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)));
  } catch (cause) {
    const message = `is not what was expected: ${describeIssues(cause)}`;
    return [issueOf('unreadable-file', { file: 'facts.json', message })];
  }
  return compareGolden(expected, goldenFacts(evidence));
}

/** Content of the `facts.json` that an attempt would give. */
export function goldenContent(evidence: FactEvidence): Uint8Array {
  return Buffer.from(`${JSON.stringify(goldenFacts(evidence), undefined, 2)}\n`);
}
