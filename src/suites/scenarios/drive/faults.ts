import { EspalierError } from '../../../base/errors.ts';
import { type FaultRule, isCaught } from '../../../model/faults.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { FrameRule } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { Stepper } from './stepper.ts';

/** Numbers up to here are those of the plan's rules. */
const planned = 100;

/** A rule that a scenario made, with where it did. */
interface Made {
  readonly rule: DrivenRule;
  readonly origin: Origin;
}

/** The fault rules of a scenario that runs. */
export class FaultRules {
  readonly #stepper: Stepper;
  readonly #made: Made[] = [];
  #last = planned;

  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  /** Gives the lab a rule; it holds from then on. */
  async add(rule: FaultRule, origin: Origin): Promise<FrameRule> {
    this.#last += 1;
    const made = new DrivenRule(this.#stepper, this.#last, rule);
    this.#made.push({ rule: made, origin });
    await this.#stepper.order({ kind: 'catch', id: this.#last, rule });
    return made;
  }

  /** Raises `scenario` for a rule that named no frame: what it was made for was not tried. */
  check(): void {
    const idle = this.#made.find(({ rule }) => rule.count === 0);
    if (idle === undefined) return;
    const { link, match, from, nth } = idle.rule.rule;
    const which = `${nth === 1 ? 'no frame' : `fewer than ${nth} frames`}${from === undefined ? '' : ` from ${from}`}`;
    const are = nth === 1 ? 'was' : 'were';
    const remedy = 'compare it with the frames of the capture (`espalier pcap`)';
    throw new EspalierError('scenario', `${which} on link ${link} ${are} ${lookText(match)}: this rule did nothing`, {
      ...idle.origin,
      remedy,
    });
  }
}

/** `ike exchange=36 response=false`. */
function lookText({ kind, ...look }: FaultRule['match']): string {
  return [kind, ...Object.entries(look).map(([name, value]) => `${name}=${value}`)].join(' ');
}

class DrivenRule implements FrameRule {
  readonly rule: FaultRule;
  readonly #stepper: Stepper;
  readonly #id: number;

  constructor(stepper: Stepper, id: number, rule: FaultRule) {
    this.#stepper = stepper;
    this.#id = id;
    this.rule = rule;
  }

  get frames(): readonly Uint8Array[] {
    const own = this.#stepper.faults.filter(
      ({ rule, fate }) => rule === this.#id && isCaught(fate) && fate !== 'passed',
    );
    return own.map(({ frame }) => frame);
  }

  get count(): number {
    return this.frames.length;
  }

  release(): Promise<void> {
    const origin = callerOrigin();
    return this.#stepper.called(origin, () => this.#stepper.order({ kind: 'release', id: this.#id }));
  }

  end(): Promise<void> {
    const origin = callerOrigin();
    return this.#stepper.called(origin, () => this.#stepper.order({ kind: 'forget', id: this.#id }));
  }
}
