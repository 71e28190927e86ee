import type { Clock } from './scenario.ts';

/** What a substrate can promise of a lab. */
export const traitNames = [
  /** The lab's clock is its own: the machine's load is no matter of it. */
  'virtualTime',
  /** One seed gives one lab, byte for byte. */
  'seeds',
  /** Every link is captured. */
  'captures',
] as const;
export type Trait = (typeof traitNames)[number];
export type Traits = Readonly<Record<Trait, boolean>>;

/** What a clock takes of them: where the machine's time has a part in the lab's, no seed decides all. */
const withoutIn: Readonly<Record<Clock, readonly Trait[]>> = {
  infinite: [],
  cpu: ['seeds'],
  real: ['seeds', 'virtualTime'],
};

/** The traits of a lab with a clock. */
export function traitsWith(traits: Traits, clock: Clock = 'infinite'): Traits {
  const kept = traitNames.map((name) => [name, traits[name] && !withoutIn[clock].includes(name)] as const);
  return Object.fromEntries(kept) as Record<Trait, boolean>;
}

/** The traits that are not there; `undefined` where all are. */
export function lackingOf(traits: Traits): readonly Trait[] | undefined {
  const lacking = traitNames.filter((name) => !traits[name]);
  return lacking.length === 0 ? undefined : lacking;
}
