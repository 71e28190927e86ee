import { commandAt, type FactEvidence } from '../../evidence/evidence.ts';
import type { IpsecSa, Selector } from '../../evidence/ipsec.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import type { ExcusedFact } from './excuse-rules.ts';
import { excuseFor } from './excuses.ts';
import { unmirrored } from './mirrored.ts';
import type { End } from './pair-up.ts';
import type { Span } from './standing.ts';
import { saText, selectorText } from './words-of-facts.ts';

/** One way in which two ends that should be one SA are not. */
export interface Disagreement {
  readonly ends: readonly [End, End];
  readonly what: string;
  /** As what the test may mean it; absent: nobody can mean it. */
  readonly fact?: ExcusedFact;
}

type Difference = Omit<Disagreement, 'ends'>;

/** All ways in which two ends are not one SA. Behind NAT, which shows by encapsulation at both, addresses may differ. */
export function disagreementsOf(ends: readonly [End, End]): Disagreement[] {
  const [{ sa: a }, { sa: b }] = ends;
  const nat = a.encapsulation !== undefined && b.encapsulation !== undefined;
  const found = [...inKeys(a, b), ...inKind(a, b), ...(nat ? [] : inAddresses(ends))];
  return found.map((one) => ({ ends, ...one }));
}

/** The issues of disagreements that the test did not mean, each once however often it stood. */
export function disagreementIssues(spans: readonly Span<Disagreement>[], evidence: FactEvidence): Issue[] {
  const unmeant = spans.filter((span) => !isMeant(span, evidence));
  return [...Map.groupBy(unmeant, ({ key }) => key).values()].map(([first]) =>
    issueOfSpan(first as Span<Disagreement>, evidence),
  );
}

function isMeant({ first: { ends, fact }, since, until }: Span<Disagreement>, evidence: FactEvidence): boolean {
  const [{ sa, host }, { host: peer }] = ends;
  return fact !== undefined && excuseFor({ fact, sa, hosts: [host, peer], from: since, until }, evidence) !== undefined;
}

function issueOfSpan({ first: { ends, what }, since }: Span<Disagreement>, { commands }: FactEvidence): Issue {
  const command = commandAt(commands, since)?.line;
  const message = `both ends of an SA do not agree on ${what}`;
  const excerpt = ends.map(({ host, sa }) => `${host}: ${saText(sa)}`).join('\n');
  return issueOf('sa-disagreement', {
    host: ends[0].host,
    ...(command !== undefined && { command }),
    message,
    excerpt,
  });
}

function difference(what: string, left: unknown, right: unknown): Difference[] {
  return left === right ? [] : [{ what: `${what}: ${String(left)}, ${String(right)}` }];
}

type Keyed = { readonly name: string; readonly key: Uint8Array } | undefined;

function inAlgorithm(what: string, left: Keyed, right: Keyed): Difference[] {
  if (left === undefined || right === undefined || left.name !== right.name) {
    return difference(what, left?.name, right?.name);
  }
  return sameBytes(left.key, right.key) ? [] : [{ what: `${what} keys differ` }];
}

function inKeys(a: IpsecSa, b: IpsecSa): Difference[] {
  // Of a stack that keeps its keys to itself nothing is known to compare.
  if (a.keysUnknown || b.keysUnknown) return [];
  return [
    ...inAlgorithm('encryption', a.encryption, b.encryption),
    ...inAlgorithm('integrity', a.integrity, b.integrity),
    ...inAlgorithm('AEAD', a.aead, b.aead),
    ...difference('truncation', a.integrity?.truncation, b.integrity?.truncation),
    ...difference('ICV bits', a.aead?.icv, b.aead?.icv),
  ];
}

function inKind(a: IpsecSa, b: IpsecSa): Difference[] {
  const encapsulation = difference('encapsulation', a.encapsulation?.type, b.encapsulation?.type);
  const sameWay = a.direction !== undefined && a.direction === b.direction;
  const tellMode = a.mode !== 'any' && b.mode !== 'any';
  return [
    ...(tellMode ? difference('mode', a.mode, b.mode) : []),
    ...difference('ESN', a.esn, b.esn),
    ...encapsulation.map((one): Difference => ({ ...one, fact: 'encapsulation' })),
    ...(sameWay ? [{ what: `both are of direction ${a.direction}` }] : []),
  ];
}

/** What a translator on the way changes, and what follows from it. */
function inAddresses([one, other]: readonly [End, End]): Difference[] {
  const [a, b] = [one.sa, other.sa];
  const policies = unmirrored(one, other);
  const found = [
    ...difference('addresses', `${a.source} > ${a.destination}`, `${b.source} > ${b.destination}`),
    ...(restricts(a.selector) && restricts(b.selector)
      ? difference('selectors', selectorText(a.selector), selectorText(b.selector))
      : []),
    ...(policies === undefined ? [] : [{ what: `policies: ${policies}` }]),
  ];
  return found.map((each): Difference => ({ ...each, fact: 'addresses' }));
}

/** Whether an SA's own selector says anything: PF_KEY sets none, and others set one in transport mode only. */
function restricts({ source, destination, protocol, sourcePort, destinationPort }: Selector): boolean {
  return [source.prefix, destination.prefix, protocol, sourcePort.mask, destinationPort.mask].some(
    (part) => part !== 0,
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
