/** Builds the documents that follow from the code: `npm run build:docs`. The gate checks that what is committed is what is built. */
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { issueKindGroups, type KindMeaning } from '../src/model/issue-kinds.ts';
import { cliText } from './cli-docs.ts';
import { markdownTable } from './markdown.ts';

/** Built documents by their paths. */
export function buildDocs(): ReadonlyMap<string, string> {
  return new Map([
    [join(projectDir, 'docs', 'cli.md'), cliText()],
    [join(projectDir, 'docs', 'issue-kinds.md'), issueKindsText()],
  ]);
}

const introduction = `# Kinds of issues

Generated from \`src/model/issue-kinds.ts\` by \`npm run build:docs\`.

A verdict lists issues, each of one kind. The kind decides the issue's word, and the heaviest word is the verdict's.
\`upstream\` is the resolution that libreswan's own judgement would give for it; it is \`passed\` where libreswan does not look for it.
A gap, marked with ¹, is missing evidence: beside an issue whose word is at least \`major\` the verdict has that word, beside any other it is
\`unresolved\`. Issues marked with ² say that something did not happen; beside a gap that is not known, so they do not count.
A kind that is not in this table comes from another version of Espalier. Its issue keeps the word that is stored with it.
`;

function issueKindsText(): string {
  const sections = Object.entries(issueKindGroups).map(([title, kinds]) => `## ${title}\n\n${kindsTable(kinds)}`);
  return [introduction, ...sections].join('\n');
}

function kindsTable(kinds: Readonly<Record<string, KindMeaning>>): string {
  return markdownTable([
    ['kind', 'word', 'upstream', 'meaning'],
    ...Object.entries(kinds).map(([kind, { word, upstream, meaning, gap, fromAbsence }]) => [
      `\`${kind}\`${gap ? '¹' : ''}${fromAbsence ? '²' : ''}`,
      word === undefined ? "the result's" : `\`${word}\``,
      `\`${upstream}\``,
      meaning,
    ]),
  ]);
}
