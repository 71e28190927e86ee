import type { FactBody } from '../../evidence/text/facts.ts';

/** What a difference is worth: words, or an SA, policy, tunnel or reachability. */
export type Weight = 'minor' | 'major';

/** A weight and why it is right. */
export interface Rule {
  readonly weight: Weight;
  readonly reason: string;
}

/** Rules that hold for facts with these values; the first that fits counts. */
export type Case<F> = Rule & { readonly when: Partial<F> };

/** What it is worth that a field differs. */
export interface FieldRule<F> extends Rule {
  /** One side does not show the field. */
  readonly absent?: Rule;
  /** One side shows 0 and the other does not. */
  readonly zero?: Rule;
  /** Parts of a field with structure, by their last name, that weigh other than the rest of it. */
  readonly parts?: Readonly<Record<string, Rule>>;
  /** By the received fact. */
  readonly cases?: readonly Case<F>[];
}

/** How facts of one kind are compared. */
export interface KindRules<F> {
  /** Something that happened, at a moment that background work may shift below a neighbouring command; else a state. */
  readonly event: boolean;
  /** Fields that say what a fact is about; two facts that share them are one fact that differs, not two. */
  readonly identity: readonly (keyof F & string)[];
  /** What it is worth that one side has it and the other not. */
  readonly presence: Rule & { readonly cases?: readonly Case<F>[] };
  /** The same, where both sides have another one that is equal. */
  readonly again?: Rule;
  /** What is missing below a command where the other side shows no fact of this kind at all. */
  readonly silent?: Rule;
  readonly fields: { readonly [K in Exclude<keyof F, 'kind'>]-?: FieldRule<F> };
}

/** Rules for these kinds of fact. */
export type RulesFor<F extends FactBody> = { readonly [K in F['kind']]: KindRules<Extract<F, { kind: K }>> };

/** A difference that changes nothing about what is protected. */
export const minor = (reason: string): Rule => ({ weight: 'minor', reason });
/** A difference of SAs, policies, tunnels or reachability. */
export const major = (reason: string): Rule => ({ weight: 'major', reason });
