/** Builds the documents that follow from the code: `npm run build:docs`. The gate checks that what is committed is what is built. */
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { type Excuse, excuses } from '../src/judge/oracles/excuse-rules.ts';
import { categoryOfKind, issueCategories } from '../src/model/issue-categories.ts';
import { issueKindGroups, type KindMeaning } from '../src/model/issue-kinds.ts';
import { cliText } from './cli-docs.ts';
import { markdownTable } from './markdown.ts';

/** Built documents by their paths. */
export function buildDocs(): ReadonlyMap<string, string> {
  return new Map([
    [join(projectDir, 'docs', 'cli.md'), cliText()],
    [join(projectDir, 'docs', 'issue-kinds.md'), issueKindsText()],
    [join(projectDir, 'docs', 'excuses.md'), excusesText()],
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
  return [introduction, ...sections, categoriesSection()].join('\n');
}

const categoriesIntroduction = `## Categories

Reports and \`--reporter json\` and \`junit\` count tests by the categories of their issues (\`src/model/issue-categories.ts\`). A test counts once for each
category that it has an issue of, whatever its verdict's word. What a scenario [tolerates](scenarios.md#faults) is not counted.
`;

function categoriesSection(): string {
  const rows = Object.entries(issueCategories).map(([category, meaning]) => {
    const kinds = Object.entries(categoryOfKind).filter(([, of]) => of === category);
    return [`\`${category}\``, meaning, kinds.map(([kind]) => `\`${kind}\``).join(', ')];
  });
  return `${categoriesIntroduction}\n${markdownTable([['category', 'meaning', 'kinds of issues'], ...rows])}`;
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

const excusesIntroduction = `# Excuses

Generated from \`src/judge/oracles/excuse-rules.ts\` by \`npm run build:docs\`.

A command of a test can be the cause of what an [oracle](verdicts.md#facts) finds. The finding does not count then. No rule names a test, and each
reaches only as far as its cause:

- **Hosts.** The command is typed at an end of the SA, or anywhere on the path between its ends. Ends are the hosts that have an SA between the same
  addresses, or that begin the IKE messages between them. The path adds every host that sends packets between them, as captured. Addresses
  on both sides of a translator belong together by the IKE SA. For a packet, the path ends at the link on which it was captured.
- **Begin.** The command begins before the finding does. A half-open SA needs an excuse from 60 virtual seconds on, or from the peer's first packet of it
  on, so a command that begins until then counts as well.
- **End.** The finding begins before the cause is taken back, or at most 165 s later; that is how long strongSwan retransmits by default. It is over
  within the time in the last column, counted from the last moment at which the cause could act. The finding's own begin is that moment while
  the cause lasts.

A daemon that checks no liveness may keep an SA for hours after its peer has gone. A scenario in which this is right [tolerates](scenarios.md#faults)
\`half-open\`.
`;

function excusesText(): string {
  const names = excuses.map((one) => [
    `\`${one.id}\``,
    one.reason,
    one.facts.map((fact) => factNames[fact]).join(', '),
  ]);
  const ends = excuses.map((one) => [
    `\`${one.id}\``,
    hostsText(one),
    one.undone?.how ?? 'its command ends',
    settlesText(one),
  ]);
  return [
    excusesIntroduction,
    markdownTable([['rule', 'what commands do', 'excuses'], ...names]),
    markdownTable([['rule', 'typed at', 'lasts until', 'all is over after'], ...ends]),
  ].join('\n');
}

const factNames: Readonly<Record<Excuse['facts'][number], string>> = {
  'half-open': 'an SA of one host',
  torn: 'half of a pair of SAs that no other host ever had',
  refused: 'packets that do not verify, or of no SA',
  rewritten: 'AH packets that do not verify',
  addresses: 'ends with different addresses',
  encapsulation: 'ends with different encapsulation',
};

function hostsText({ hosts, namesPeer }: Excuse): string {
  return `${hosts === 'ends' ? 'an end' : 'the path'}${namesPeer ? '; names an address of the SA' : ''}`;
}

function settlesText({ settles }: Excuse): string {
  return settles === undefined ? 'the end of the SA' : `${settles / 1_000_000_000n} s`;
}
