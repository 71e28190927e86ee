import type { CommandAt } from '../../evidence/text/console-lines.ts';
import type { ConsoleFact } from '../../evidence/text/facts.ts';
import { canonical, compareFields, contentOf, fits, identityOf, rulesOf } from './fact-fields.ts';
import type { Rule, Weight } from './fact-rule.ts';

/** One difference between what two consoles of a host say. */
export interface FactDifference {
  readonly kind: 'missing' | 'extra' | 'different';
  readonly expected?: ConsoleFact;
  readonly received?: ConsoleFact;
  /** The command under which it shows; empty: none. */
  readonly command: string;
  /** Of the expected text, or, for what is extra, of the received one. */
  readonly line: number;
  /** Paths of the values that differ; `order` and `command` for where a fact stands. */
  readonly fields: readonly string[];
  readonly weight: Weight;
  readonly reason: string;
}

/** What is left of one command's facts on both sides. */
interface Pair {
  readonly expected: ConsoleFact[];
  readonly received: ConsoleFact[];
}

const order: Rule = { weight: 'minor', reason: 'the same facts in another order' };
const moved: Rule = { weight: 'minor', reason: 'background work spoke below another command' };

/**
 * Compares the facts of a reference with those of a run of it. Commands are laid side by side by their text and how
 * often it came before; below each, equal facts cancel out in any order, then those about the same thing are compared
 * field by field. The result is empty where only words differ; it is in the order of the expected text.
 */
export function compareFacts(
  expected: readonly ConsoleFact[],
  received: readonly ConsoleFact[],
): readonly FactDifference[] {
  const differences: FactDifference[] = [];
  const left: Pair = { expected: [], received: [] };
  for (const command of commandsOf(expected, received)) {
    const rest = withoutEqual(command, differences);
    const again = withoutPairs(rest, differences);
    left.expected.push(...unseen(repeated(again.expected, command, differences), command, differences));
    left.received.push(...repeated(again.received, command, differences));
  }
  const alone = withoutMoved(left, differences);
  for (const fact of alone.expected) differences.push(oneSided('missing', fact));
  for (const fact of alone.received) differences.push(oneSided('extra', fact));
  return differences.sort((a, b) => a.line - b.line);
}

function commandsOf(expected: readonly ConsoleFact[], received: readonly ConsoleFact[]): Pair[] {
  const pairs = new Map<string, Pair>();
  const key = ({ text, nth }: CommandAt): string => `${nth} ${text}`;
  const pairOf = ({ command }: ConsoleFact): Pair => {
    const found = pairs.get(key(command)) ?? { expected: [], received: [] };
    pairs.set(key(command), found);
    return found;
  };
  for (const fact of expected) pairOf(fact).expected.push(fact);
  for (const fact of received) pairOf(fact).received.push(fact);
  return [...pairs.values()];
}

/** Pairs facts of both sides that give the same key, in order; what finds no partner is left. */
function match(pair: Pair, keyOf: (fact: ConsoleFact) => string): { pairs: [ConsoleFact, ConsoleFact][]; left: Pair } {
  const waiting = new Map<string, ConsoleFact[]>();
  for (const fact of pair.received.toReversed()) {
    const key = keyOf(fact);
    const list = waiting.get(key);
    if (list === undefined) waiting.set(key, [fact]);
    else list.push(fact);
  }
  const pairs: [ConsoleFact, ConsoleFact][] = [];
  const expected: ConsoleFact[] = [];
  for (const fact of pair.expected) {
    const partner = waiting.get(keyOf(fact))?.pop();
    if (partner === undefined) expected.push(fact);
    else pairs.push([fact, partner]);
  }
  const taken = new Set(pairs.map(([, partner]) => partner));
  return { pairs, left: { expected, received: pair.received.filter((fact) => !taken.has(fact)) } };
}

const wholeOf = (fact: ConsoleFact): string => canonical(contentOf(fact));

/** Takes out what is equal on both sides; another order is one difference. */
function withoutEqual(command: Pair, differences: FactDifference[]): Pair {
  const { pairs, left } = match(command, wholeOf);
  const turned = pairs.find(([, partner], index) => partner.line < (pairs[index - 1]?.[1].line ?? 0));
  if (turned !== undefined) differences.push(different(turned, ['order'], order));
  return left;
}

/** Takes out what is about the same thing. */
function withoutPairs(rest: Pair, differences: FactDifference[]): Pair {
  const { pairs, left } = match(rest, identityOf);
  for (const pair of pairs) {
    const fields = compareFields(contentOf(pair[0]), contentOf(pair[1]));
    const heaviest = fields.find(({ rule }) => rule.weight === 'major') ?? fields[0];
    if (heaviest === undefined) continue;
    differences.push(
      different(
        pair,
        fields.map(({ path }) => path),
        heaviest.rule,
      ),
    );
  }
  return left;
}

/** Takes out facts that another one on both sides equals in what it is about, where that makes them weigh less. */
function repeated(facts: readonly ConsoleFact[], command: Pair, differences: FactDifference[]): ConsoleFact[] {
  return facts.filter((fact) => {
    const { again } = rulesOf(fact);
    if (again === undefined) return true;
    const identity = identityOf(fact);
    const onBoth = [command.expected, command.received].every((side) =>
      side.some((one) => identityOf(one) === identity),
    );
    if (onBoth) {
      const kind = command.expected.includes(fact) ? 'missing' : 'extra';
      differences.push({ ...oneSided(kind, fact), ...again });
    }
    return !onBoth;
  });
}

/** Takes out what the other side could not show, since it shows nothing of that kind. */
function unseen(facts: readonly ConsoleFact[], { received }: Pair, differences: FactDifference[]): ConsoleFact[] {
  return facts.filter((fact) => {
    const { silent } = rulesOf(fact);
    if (silent === undefined || received.some(({ kind }) => kind === fact.kind)) return true;
    differences.push({ ...oneSided('missing', fact), ...silent });
    return false;
  });
}

/** Takes out events that stand below another command on the other side. */
function withoutMoved(left: Pair, differences: FactDifference[]): Pair {
  const events = left.expected.filter((fact) => rulesOf(fact).event);
  const { pairs } = match({ expected: events, received: left.received }, wholeOf);
  for (const pair of pairs) differences.push(different(pair, ['command'], moved));
  const taken = new Set(pairs.flat());
  const rest = (facts: readonly ConsoleFact[]): ConsoleFact[] => facts.filter((fact) => !taken.has(fact));
  return { expected: rest(left.expected), received: rest(left.received) };
}

function oneSided(kind: 'missing' | 'extra', fact: ConsoleFact): FactDifference {
  const { presence } = rulesOf(fact);
  const { weight, reason } = presence.cases?.find(({ when }) => fits(fact, when)) ?? presence;
  const side = kind === 'missing' ? { expected: fact } : { received: fact };
  return { kind, ...side, command: fact.command.text, line: fact.line, fields: [], weight, reason };
}

function different(
  [expected, received]: readonly [ConsoleFact, ConsoleFact],
  fields: readonly string[],
  { weight, reason }: Rule,
): FactDifference {
  const { command, line } = expected;
  return { kind: 'different', expected, received, command: command.text, line, fields, weight, reason };
}
