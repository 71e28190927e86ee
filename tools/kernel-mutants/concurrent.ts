/** Faults of locking in the kernel, for the suite `concurrency`. Of the kernel's text stands here what finds the places. */
import { EspalierError } from '../../src/base/errors.ts';
import { codeOf, functionsOf, lineOf } from './c-source.ts';
import type { KernelMutant } from './operators.ts';

export interface LockingFault {
  /** What the fault is, for people. */
  readonly what: string;
  readonly file: string;
  /** The function. */
  readonly within: string;
  /** Each match in the function's code is replaced, and there is one at least. No match of one lies in that of another. */
  readonly edits: readonly (readonly [find: RegExp, put: string])[];
  /** Titles of the rows that are about it; no others run. */
  readonly rows: RegExp;
}

const [tables, acquires] = [/come and go/, /asked for/];

const [state, policy, output] = ['state', 'policy', 'output'].map((part) => `net/xfrm/xfrm_${part}.c`) as [
  string,
  string,
  string,
];

/** A lock that keeps out no soft interrupts, in which timers and received packets take it too. */
const inInterrupts = [
  [/\bspin_lock_bh\b/, 'spin_lock'],
  [/\bspin_unlock_bh\b/, 'spin_unlock'],
] as const;

/** Soft interrupts are kept out, other CPUs are not. */
const without = (lock: string) =>
  [
    [new RegExp(String.raw`\bspin_lock_bh\(${lock}\)`), 'local_bh_disable()'],
    [new RegExp(String.raw`\bspin_unlock_bh\(${lock}\)`), 'local_bh_enable()'],
  ] as const;

export const lockingFaults: readonly LockingFault[] = [
  {
    what: 'a timer can interrupt a dump of SAs, and waits for its lock',
    file: state,
    within: 'xfrm_state_walk',
    rows: tables,
    edits: inInterrupts,
  },
  {
    what: 'a timer can interrupt who adds a policy, and waits for its lock',
    file: policy,
    within: 'xfrm_policy_insert',
    rows: tables,
    edits: inInterrupts,
  },
  {
    what: 'a packet that comes in can interrupt one that asks for an SA, and waits for its lock',
    file: state,
    within: 'xfrm_state_find',
    rows: acquires,
    edits: inInterrupts,
  },
  {
    what: 'a dump takes the lock of an SA behind that of the table, everybody else before it',
    file: state,
    within: 'xfrm_state_walk',
    rows: tables,
    edits: [[/\berr = func\(state/, 'spin_lock(&state->lock);\nspin_unlock(&state->lock);\nerr = func(state']],
  },
  {
    what: 'memory for a policy is waited for under a lock',
    file: policy,
    within: 'xfrm_policy_inexact_alloc_bin',
    rows: tables,
    edits: [[/\bGFP_ATOMIC\b/, 'GFP_KERNEL']],
  },
  {
    what: 'an SA is looked up outside of RCU',
    file: state,
    within: 'xfrm_state_lookup',
    rows: tables,
    edits: [[/\brcu_read_(?:un)?lock\(\);/, ';']],
  },
  {
    what: 'the tables of SAs grow without their lock',
    file: state,
    within: 'xfrm_hash_resize',
    rows: tables,
    edits: without(String.raw`&net->xfrm\.xfrm_state_lock`),
  },
  {
    what: 'an SA leaves the tables without their lock',
    file: state,
    within: '__xfrm_state_delete',
    rows: tables,
    edits: [[/\bspin_(?:un)?lock\(&net->xfrm\.xfrm_state_lock\);/, ';']],
  },
  {
    what: 'what an SA sends is numbered and counted without its lock',
    file: output,
    within: 'xfrm_output_one',
    rows: tables,
    edits: without('&x->lock'),
  },
];

/** The change that a fault is. Throws `bug` where there is no such function, or one of its edits finds nothing. */
export function placedFault({ what, file, within, edits }: LockingFault, text: string): KernelMutant {
  const code = codeOf(text);
  const [body] = functionsOf(code).filter(({ name }) => name === within);
  const places = edits.flatMap(([find, put]) =>
    [...code.slice(body?.start, body?.end).matchAll(new RegExp(find.source, 'gm'))].map((match) => {
      const start = (body?.start ?? 0) + match.index;
      return { find, put, start, end: start + match[0].length };
    }),
  );
  const lacking = edits.find(([find]) => !places.some((place) => place.find === find));
  const ordered = places.toSorted((a, b) => a.start - b.start);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (body === undefined || lacking !== undefined || first === undefined || last === undefined) {
    throw new EspalierError('bug', `the fault «${what}» has no place in ${within}: ${lacking?.[0] ?? 'no function'}`, {
      file,
    });
  }
  const parts = ordered.map(({ put, end }, at) => put + text.slice(end, ordered[at + 1]?.start ?? last.end));
  return {
    id: what,
    file,
    within,
    line: lineOf(text, first.start),
    text: parts.join(''),
    start: first.start,
    end: last.end,
  };
}
