import { commandAt, type FactEvidence } from '../../evidence/evidence.ts';
import type { Algorithm, IpsecPolicy, IpsecSa } from '../../evidence/ipsec.ts';
import { type Tables, tablesAt } from '../../evidence/tables/tables.ts';
import type { GoldenFacts, GoldenState } from '../../model/golden-facts.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { policyText, selectorText } from './words-of-facts.ts';

/** The golden facts that an attempt would give. Boundaries from the post-mortem on do not count. */
export function goldenFacts({ timeline, commands, end }: FactEvidence): GoldenFacts {
  const states: GoldenState[] = [];
  let before = '';
  for (const { command, sequence, time } of timeline.boundaries) {
    if (command >= end.sequence) break;
    const all = timeline.hosts.map((host) => [host.host, linesOf(tablesAt(host, sequence))] as const);
    const hosts = Object.fromEntries(all.filter(([, lines]) => lines.length > 0));
    const now = JSON.stringify(hosts);
    if (now === before || (before === '' && now === '{}')) continue;
    before = now;
    const typed = commandAt(commands, time);
    states.push({ after: typed === undefined ? '' : `${typed.host}: ${typed.line}`, hosts });
  }
  return { version: 1, states };
}

/** States that are told when they differ; one difference often shows in all that follow. */
const statesTold = 3;

/** What is other than expected, state by state; each difference is an issue with both sides. */
export function compareGolden(expected: GoldenFacts, received: GoldenFacts): Issue[] {
  // An issue names the command of the received state, and that of the expected one where none was received.
  const states = [...received.states, ...expected.states.slice(received.states.length)];
  const issues = states.flatMap(({ after: command }, index) => {
    const lines = differenceOf(expected.states[index], received.states[index]);
    if (lines.length === 0) return [];
    const message = `SAs and policies are not those of the golden facts, state ${index + 1}`;
    return [issueOf('golden-facts', { file: 'facts.json', command, message, excerpt: lines.join('\n') })];
  });
  return issues.slice(0, statesTold);
}

function differenceOf(want: GoldenState | undefined, got: GoldenState | undefined): string[] {
  const expected = flat(want);
  const received = flat(got);
  return [
    ...without(expected, received).map((line) => `-${line}`),
    ...without(received, expected).map((line) => `+${line}`),
  ];
}

function flat(state: GoldenState | undefined): string[] {
  if (state === undefined) return [];
  const lines = Object.entries(state.hosts).flatMap(([host, found]) => found.map((line) => `${host}: ${line}`));
  return [`after ${state.after}`, ...lines];
}

/** Lines of a list that another one has not, each as often as it is missing there. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function linesOf({ sas, policies }: Tables): string[] {
  const own = policies.filter(({ direction }) => !direction.startsWith('socket-'));
  return [...sas.filter(({ larval }) => !larval).map(saLine), ...own.map(policyLine)].sort();
}

/** Key length in bits; what AEADs have as salt counts, as the kernel has it. */
function algorithmText(name: string, algorithm: Algorithm | undefined): string {
  return algorithm === undefined ? '' : ` ${name} ${algorithm.name} ${8 * algorithm.key.length}`;
}

function saLine(sa: IpsecSa): string {
  const algorithms = [
    algorithmText('enc', sa.encryption),
    algorithmText('auth', sa.integrity),
    algorithmText('aead', sa.aead),
    sa.compression === undefined ? '' : ` comp ${sa.compression}`,
  ].join('');
  const encapsulation = sa.encapsulation === undefined ? '' : ` ${sa.encapsulation.type}`;
  const direction = sa.direction === undefined ? '' : ` ${sa.direction}`;
  const ends = `${sa.source} > ${sa.destination}`;
  return `sa${direction} ${sa.protocol} ${sa.mode} ${ends}${algorithms}${encapsulation}${sa.esn ? ' esn' : ''} sel ${selectorText(sa.selector)}`;
}

/** Request ids are drawn in order of loading and mean nothing. */
function policyLine(policy: IpsecPolicy): string {
  return policyText(policy).replace(/ reqid \d+/g, '');
}
