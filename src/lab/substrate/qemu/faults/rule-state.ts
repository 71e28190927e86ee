import type { FaultRule } from '../../../../model/faults.ts';
import { type FrameForm, formsOf } from '../../../agent/faults.ts';
import { messageAt } from './frame-parts.ts';

const ethernet = 14;

/** A rule of single frames, and what it has done. */
export class RuleState {
  readonly id: number;
  readonly rule: FaultRule;
  /** It acts on further frames. */
  active = true;
  /** A frame waits to be overtaken by the next one of its kind. */
  overtaken = false;
  acted = 0;
  #named = 0;
  readonly #forms: readonly FrameForm[];
  readonly #followers: readonly FrameForm[];
  readonly #messages = new Set<string>();

  constructor(id: number, rule: FaultRule) {
    this.id = id;
    this.rule = rule;
    this.#forms = formsOf(rule.match);
    this.#followers = formsOf({ kind: rule.match.kind });
  }

  /** Whether a frame that a host put on a link is one of those that the rule is about. */
  names(link: string, host: string, frame: Buffer): boolean {
    return this.#isFrom(link, host) && fits(this.#forms, frame);
  }

  /** Whether a frame overtakes the one that waits. */
  isFollower(link: string, host: string, frame: Buffer): boolean {
    return this.overtaken && this.#isFrom(link, host) && fits(this.#followers, frame);
  }

  #isFrom(link: string, host: string): boolean {
    return this.rule.link === link && (this.rule.from === undefined || this.rule.from === host);
  }

  /** Whether it acts on a frame that it names. Counts, so it is asked once a frame. */
  acts(frame: Buffer): boolean {
    const { copies, nth, times } = this.rule;
    if (copies !== undefined && this.#isAgain(frame) !== (copies === 'again')) return false;
    this.#named += 1;
    return this.#named >= nth && (times === 0 || this.acted < times);
  }

  /** Whether the same message was seen before; it has been from now on. What is around it may differ, such as an IP identification. */
  #isAgain(frame: Buffer): boolean {
    const message = frame.toString('latin1', messageAt(frame) ?? 0);
    const isKnown = this.#messages.has(message);
    this.#messages.add(message);
    return isKnown;
  }
}

/** Whether one of the forms holds, all of whose keys compare 32 bits of the packet from its IP header on. */
function fits(forms: readonly FrameForm[], frame: Buffer): boolean {
  if (frame.length < ethernet) return false;
  const type = frame.readUInt16BE(12);
  return forms.some(
    ({ etherType, keys }) =>
      etherType === type &&
      keys.every(({ at, mask, value, not }) => {
        const place = ethernet + at;
        if (place + 4 > frame.length) return false;
        const found = (frame.readUInt32BE(place) & mask) >>> 0 === value >>> 0;
        return found !== (not === true);
      }),
  );
}
