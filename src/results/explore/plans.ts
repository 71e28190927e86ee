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
  /** Which copy of the message it meets, from 1; the others are retransmissions. */
  readonly copy: number;
}

/** Faults of one lab, in the order of their messages. */
export type Plan = readonly Fault[];

/** Where daemons do most at once, and lose their way most easily; what is not here comes behind. MOBIKE is INFORMATIONAL. */
const suspicion: readonly string[] = [
  'CREATE_CHILD_SA',
  'INFORMATIONAL',
  'fragment',
  'IKE_FOLLOWUP_KE',
  'IKE_INTERMEDIATE',
  'IKE_AUTH',
  'IKE_SA_INIT',
];

/** Less is more suspicious. */
export function rankOf({ message: { exchange, match }, kind }: Pick<Fault, 'message' | 'kind'>): number {
  const isFragment = match.kind === 'ike' && match.fragment !== undefined;
  const ranks = [exchange, ...(isFragment ? ['fragment'] : [])].map((name) => suspicion.indexOf(name));
  const rank = Math.min(...ranks.map((one) => (one < 0 ? suspicion.length : one)));
  return rank * 10 + Object.keys(faultKinds).indexOf(kind);
}

/** Every fault of every message, most suspicious first. */
export function faultsOf(messages: readonly ExploredMessage[], kinds: readonly FaultKind[]): Fault[] {
  return messages
    .flatMap((message) => kinds.map((kind) => ({ kind, message, copy: 1 })))
    .sort((a, b) => rankOf(a) - rankOf(b));
}

/**
 * Plans of a first fault and one more. `messages` are those of the run that holds the first: retransmissions and later exchanges exist
 * only there. The second fault meets the first copy of each message that is sent behind the first fault; a message that is not sent again has none.
 */
export function pairsBehind(first: Fault, messages: readonly ExploredMessage[], kinds: readonly FaultKind[]): Plan[] {
  const time = first.message.copies[first.copy - 1];
  if (time === undefined) return [];
  const passing = first.kind === 'reorder' ? nextOf(first.message, { messages, time }) : undefined;
  return messages.flatMap((message) => {
    const copy = message.copies.findIndex((sent) => sent > time) + 1;
    // What a message is put behind is passed on with it, and meets no second rule.
    const isPassing = passing !== undefined && message.copies[copy - 1] === passing && isFrom(first.message, message);
    return copy === 0 || isPassing ? [] : kinds.map((kind): Plan => [first, { kind, message, copy }]);
  });
}

/** When the sender of a message sends the next one on its link. */
function nextOf(
  from: ExploredMessage,
  { messages, time }: { readonly messages: readonly ExploredMessage[]; readonly time: bigint },
): bigint | undefined {
  const later = messages
    .filter((message) => isFrom(from, message))
    .flatMap(({ copies }) => copies.filter((sent) => sent > time));
  return later.reduce<bigint | undefined>(
    (least, one) => (least === undefined || one < least ? one : least),
    undefined,
  );
}

function isFrom(one: ExploredMessage, other: ExploredMessage): boolean {
  return one.link === other.link && one.from === other.from;
}

/** How suspicious a pair is: its faults, and how near they are to each other. `messages`: those of the run that holds the first. */
export function pairRank([first, second]: Plan, messages: readonly ExploredMessage[]): number {
  if (first === undefined || second === undefined) return Number.POSITIVE_INFINITY;
  const [from = 0n, to = 0n] = [first, second].map(({ message, copy }) => message.copies[copy - 1]);
  const between = messages.flatMap(({ copies }) => copies).filter((sent) => sent > from && sent < to).length;
  return rankOf(first) + rankOf(second) + 2 * between;
}

/** The rules of a plan. A rule does not count what another one before it has met. */
export function rulesOf(plan: Plan): FaultRule[] {
  return plan.map(({ kind, message, copy }, at) => {
    const { link, from, match } = message;
    const met = plan.slice(0, at).filter((other) => isSame(other.message, message) && other.copy < copy).length;
    return { link, from, match, nth: copy - met, times: 1, action: faultKinds[kind] };
  });
}

/** Whether two messages, of two runs perhaps, are named alike. */
export function isSame(one: ExploredMessage, other: ExploredMessage): boolean {
  const key = ({ link, from, match }: ExploredMessage): string => JSON.stringify([link, from, match]);
  return key(one) === key(other);
}

/** `drop IKE_AUTH response 1 of east`. */
export function planText(plan: Plan): string {
  if (plan.length === 0) return 'no fault';
  return plan
    .map(({ kind, message, copy }) => `${kind} ${message.text}${copy === 1 ? '' : ` (copy ${copy})`}`)
    .join(', then ');
}
