import type { ConsoleFact, FactBody } from '../../evidence/text/facts.ts';
import type { FieldRule, KindRules, Rule } from './fact-rule.ts';
import { factRules } from './fact-rules.ts';

/** A value as text that is equal for equal values; fields in any order. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return `${JSON.stringify(value)}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .map(([name, one]) => `${name}:${canonical(one)}`)
    .sort()
    .join(',')}}`;
}

/** What a fact says, without where it stands. */
export function contentOf({ command: _command, line: _line, ...body }: ConsoleFact): FactBody {
  return body;
}

/** Rules of a fact's kind, for fields of any name. */
export function rulesOf(fact: FactBody): KindRules<FactBody> {
  return factRules[fact.kind] as unknown as KindRules<FactBody>;
}

/** What a fact is about, as text. */
export function identityOf(fact: FactBody): string {
  const fields: Readonly<Record<string, unknown>> = { ...fact };
  return canonical([fact.kind, ...rulesOf(fact).identity.map((name) => fields[name])]);
}

/** True if a fact has all these values. */
export function fits(fact: FactBody, when: Partial<FactBody>): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...fact };
  return Object.entries(when).every(([name, value]) => fields[name] === value);
}

/** One value in which two facts differ: its path (`encryption.key`) and what that is worth. */
export interface FieldDifference {
  readonly path: string;
  readonly rule: Rule;
}

/** Compares two facts of one kind, field by field. */
export function compareFields(expected: FactBody, received: FactBody): FieldDifference[] {
  const [before, after] = [leaves(expected), leaves(received)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .filter((path) => canonical(before.get(path)) !== canonical(after.get(path)))
    .map((path) => ({ path, rule: ruleOf(path, [before.get(path), after.get(path)], received) }));
}

function ruleOf(path: string, values: readonly [unknown, unknown], received: FactBody): Rule {
  const [field = '', ...parts] = path.split('.');
  const fields = rulesOf(received).fields as Readonly<Record<string, FieldRule<FactBody> | undefined>>;
  const rule = fields[field];
  if (rule === undefined) return { weight: 'major', reason: `no rule for ${field}` };
  const part = rule.parts?.[parts.at(-1) ?? ''];
  if (part !== undefined) return part;
  if (rule.absent !== undefined && values.includes(undefined)) return rule.absent;
  if (rule.zero !== undefined && values.filter(isZero).length === 1) return rule.zero;
  return rule.cases?.find(({ when }) => fits(received, when)) ?? rule;
}

function isWord(value: unknown): boolean {
  return typeof value !== 'object';
}

function isZero(value: unknown): boolean {
  return value === 0 || value === 0n;
}

/** Values that are no structure, by path; a list of words is one value. */
function leaves(value: object, prefix = '', found = new Map<string, unknown>()): Map<string, unknown> {
  for (const [name, one] of Object.entries(value)) {
    const isList = Array.isArray(one) && one.every(isWord);
    if (isWord(one) || isList) found.set(prefix + name, one);
    else leaves(one, `${prefix}${name}.`, found);
  }
  return found;
}
