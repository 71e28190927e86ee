import type { Timer } from '../../../../base/deadline.ts';
import { EspalierError } from '../../../../base/errors.ts';
import { type Fate, type FaultAction, type FaultRule, fates } from '../../../../model/faults.ts';
import { changed } from './change-frame.ts';
import { RuleState } from './rule-state.ts';

/** Who does what a rule decides. */
export interface FaultHands {
  /** Puts a frame on a link, as from `from`; undefined: nobody's interface. */
  readonly put: (link: string, frame: Buffer, from: string | undefined) => void;
  /** Takes down what became of a frame. */
  readonly note: (payload: Buffer) => void;
  /** Calls `act` when so many ns of the lab's have passed. */
  readonly after: (ns: bigint, act: () => void) => Timer;
  /** Index of a link in the topology. */
  readonly indexOf: (link: string) => number;
}

interface WaitingFrame {
  readonly state: RuleState;
  readonly fate: Fate;
  readonly frame: Buffer;
  readonly host: string;
  readonly timer: Timer | undefined;
}

type Acted = { readonly state: RuleState; readonly frame: Buffer; readonly host: string };

/**
 * What becomes of single frames, by rules: the switch asks for each frame that a host puts on a link. As the agent of other labs does it, in the
 * lab's kernel (guest/agent/fault.c).
 */
export class FrameFaults {
  readonly #hands: FaultHands;
  readonly #rules: RuleState[] = [];
  #waiting: WaitingFrame[] = [];

  constructor(hands: FaultHands) {
    this.#hands = hands;
  }

  /** Makes a rule. The first one that has something to do with a frame decides. */
  catch(id: number, rule: FaultRule): void {
    this.#rules.push(new RuleState(id, rule));
  }

  /** Puts on the link what a rule holds. */
  release(id: number): void {
    this.#release(this.#numbered(id));
  }

  /** The rule acts on no further frame. */
  forget(id: number): void {
    this.#numbered(id).active = false;
  }

  /** A frame of a scenario. */
  inject(link: string, frame: Buffer): void {
    this.#note(0, link, { fate: 'injected', frame });
    this.#hands.put(link, frame, undefined);
  }

  /** Decides about a frame that a host put on a link; false: it goes on, and nothing is said of it. */
  take(link: string, host: string, frame: Buffer): boolean {
    for (const state of this.#rules) {
      if (state.isFollower(link, host, frame)) {
        const whole = Buffer.from(frame);
        this.#note(state.id, link, { fate: 'passed', frame: whole });
        this.#put(state, { fate: 'whole', frame: whole, host });
        this.#release(state);
        return true;
      }
      if (!state.active || !state.names(link, host, frame) || !state.acts(frame)) continue;
      this.#act({ state, frame: Buffer.from(frame), host });
      return true;
    }
    return false;
  }

  /** No frame waits any longer. */
  close(): void {
    for (const { timer } of this.#waiting) timer?.stop();
    this.#waiting = [];
  }

  #numbered(id: number): RuleState {
    const found = this.#rules.find((state) => state.id === id);
    if (found === undefined) throw new EspalierError('bug', `no rule for frames has the number ${id}`);
    return found;
  }

  #act(acted: Acted): void {
    const { state, frame } = acted;
    const { action, times, link } = state.rule;
    this.#note(state.id, link, { fate: firstFate(action), frame });
    state.acted += 1;
    this.#carryOut(acted, action);
    if (times > 0 && state.acted >= times) state.active = false;
  }

  #carryOut({ state, frame, host }: Acted, action: FaultAction): void {
    const whole = { fate: 'whole', frame, host } as const;
    switch (action.kind) {
      case 'drop':
        return;
      case 'hold':
        this.#wait(state, whole);
        return;
      case 'delay':
        this.#wait(state, whole, BigInt(action.by));
        return;
      case 'duplicate':
        this.#put(state, whole);
        for (let copy = 1; copy <= action.copies; copy += 1)
          this.#wait(state, { ...whole, fate: 'copy' }, BigInt(copy) * BigInt(action.after));
        return;
      case 'reorder':
        this.#wait(state, whole, BigInt(action.within));
        state.overtaken = true;
        return;
      case 'change':
        this.#put(state, { fate: 'spoiled', frame: changed(frame, action), host });
    }
  }

  /** `ns`: for how long; left out: until it is released. */
  #wait(state: RuleState, one: Pick<WaitingFrame, 'fate' | 'frame' | 'host'>, ns?: bigint): void {
    const expired = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      this.#put(state, one);
      if (state.rule.action.kind === 'reorder') this.#release(state);
    };
    const timer = ns === undefined ? undefined : this.#hands.after(ns, expired);
    const waiting: WaitingFrame = { state, ...one, timer };
    this.#waiting.push(waiting);
  }

  #release(state: RuleState): void {
    state.overtaken = false;
    const due = this.#waiting.filter((one) => one.state === state);
    this.#waiting = this.#waiting.filter((one) => one.state !== state);
    for (const one of due) {
      one.timer?.stop();
      this.#put(state, one);
    }
  }

  #put({ id, rule }: RuleState, { fate, frame, host }: Pick<WaitingFrame, 'fate' | 'frame' | 'host'>): void {
    this.#note(id, rule.link, { fate, frame });
    this.#hands.put(rule.link, frame, host);
  }

  #note(id: number, link: string, { fate, frame }: Pick<WaitingFrame, 'fate' | 'frame'>): void {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(id, 0);
    head.writeUInt8(fates[fate], 4);
    head.writeUInt8(this.#hands.indexOf(link), 5);
    this.#hands.note(Buffer.concat([head, frame]));
  }
}

/** What becomes of a frame at first. */
function firstFate({ kind }: FaultAction): Fate {
  if (kind === 'drop') return 'dropped';
  if (kind === 'duplicate') return 'duplicated';
  return kind === 'change' ? 'changed' : 'held';
}
