import type { FaultAction, FaultRule } from '../../model/faults.ts';
import type { ExploredMessage } from './messages.ts';

/** Kinds of single faults, the likeliest to break something first. Delays are past retransmissions of all daemons' defaults. */
export const faultKinds = {
  drop: { kind: 'drop' },
  duplicate: { kind: 'duplicate', copies: 1, after: '2000000000' },
  delay: { kind: 'delay', by: '30000000000' },
  reorder: { kind: 'reorder', within: '30000000000' },
  corrupt: { kind: 'change', edits: [{ kind: 'draw', seed: 1, bits: 1 }] },
} as const satisfies Record<string, FaultAction>;
export type FaultKind = keyof typeof faultKinds;

/** One fault of a plan. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: ExploredMessage;
}

/** Faults of one lab, in the order of their messages. */
export type Plan = readonly Fault[];

/** Where daemons do most at once, and lose their way most easily; what is not here comes behind. */
const suspicion: readonly string[] = [
  'CREATE_CHILD_SA',
  'INFORMATIONAL',
  'IKE_FOLLOWUP_KE',
  'IKE_INTERMEDIATE',
  'IKE_AUTH',
  'IKE_SA_INIT',
];

/** Less is more suspicious. */
export function rankOf({ message: { exchange }, kind }: Fault): number {
  const rank = suspicion.indexOf(exchange);
  return (rank < 0 ? suspicion.length : rank) * 10 + Object.keys(faultKinds).indexOf(kind);
}

/** Every fault of every message, most suspicious first. */
export function faultsOf(messages: readonly ExploredMessage[], kinds: readonly FaultKind[]): Fault[] {
  return messages.flatMap((message) => kinds.map((kind) => ({ kind, message }))).sort((a, b) => rankOf(a) - rankOf(b));
}

/**
 * Plans of a first fault and one more. `messages` are those of the run that holds the first: retransmissions and later exchanges exist
 * only there. The message of the first fault itself is among them: its next copy.
 */
export function pairsBehind(first: Fault, messages: readonly ExploredMessage[], kinds: readonly FaultKind[]): Plan[] {
  const later = messages.filter(({ time }) => time >= first.message.time);
  return faultsOf(later, kinds).map((second) => [first, second]);
}

/** The rules of a plan. Of two for one message the second acts on the next copy. */
export function rulesOf(plan: Plan): FaultRule[] {
  return plan.map(({ kind, message: { link, from, match } }) => ({
    link,
    from,
    match,
    nth: 1,
    times: 1,
    action: faultKinds[kind],
  }));
}

/** `drop IKE_AUTH response 1 of east`. */
export function planText(plan: Plan): string {
  return plan.length === 0 ? 'no fault' : plan.map(({ kind, message }) => `${kind} ${message.text}`).join(', then ');
}
