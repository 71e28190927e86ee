import { closest } from './closest.ts';
import { ConsoleText } from './console-text.ts';
import { answersOf, type Dialogue, type Part, type Step, typed } from './dialogue.ts';
import type { Entry } from './transcript.ts';

/** How a conversation ended. `step`: the one that failed, by its name; `after`: the one before it, where there was one. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly step: string; readonly after?: string; readonly why: string };

export interface ConversationOptions {
  readonly dialogue: Dialogue;
  /** What stands in the places of `{name}`. */
  readonly settings: Readonly<Record<string, string>>;
  /** How many times slower than usual the machine is: all times are so much longer. */
  readonly slowness?: number;
}

/** Text in which prompts are looked for, behind the last one that was found. */
const mostFresh = 64 * 1024;
/** A console that prints so much between two steps is out of order, characters. */
const mostBetween = 4 * 1024 * 1024;
/** A line of a terminal: a prompt with wrong characters is looked for in the last ones alone. */
const columns = 80;
/** A prompt with wrong characters is one only where the console has been quiet for so long, ms: more of it may be on its way. */
const quietMs = 2000;

interface Found {
  readonly step: Step;
  readonly at: number;
  readonly end: number;
}

/**
 * Holds a dialogue with a console. It has no clock and no wires: it is told what came and how late it is, in ms from the start, and says what
 * is to be typed. It always ends: each step comes a limited number of times, and each wait has its limit.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #slowness: number;
  readonly #text = new ConsoleText();
  readonly #came = new Map<Step, number>();
  readonly #entries: Entry[] = [];
  readonly #typing: string[] = [];
  #part = 0;
  #fresh = '';
  #line = '';
  /** Of the last step, and of the last bytes. */
  #stepAt = 0;
  #heardAt = 0;
  #isLooked = true;
  /** Characters since the last step. */
  #between = 0;
  #last: Step | undefined;
  #outcome: Outcome | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#slowness = options.slowness ?? 1;
  }

  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** All its steps have come, and nothing but the end of the console is waited for. */
  get isSpoken(): boolean {
    return this.#current === undefined;
  }

  /** What is to be typed now; each is given once. */
  takeTyped(): string[] {
    return this.#typing.splice(0);
  }

  /** What happened since it was asked for last. */
  takeEntries(): Entry[] {
    return this.#entries.splice(0);
  }

  /** Bytes came. */
  hear(bytes: Uint8Array, now: number): void {
    const text = this.#text.push(bytes);
    this.#show(text, now);
    if (this.#outcome !== undefined) return;
    this.#fresh = (this.#fresh + text).slice(-mostFresh);
    this.#heardAt = now;
    this.#isLooked = false;
    this.#between += text.length;
    this.#answer(now);
    if (this.#between > mostBetween) this.stop(`did not come in ${mostBetween} characters of output`, now);
  }

  /** Time passed. */
  look(now: number): void {
    if (this.#outcome !== undefined) return;
    if (!this.#isLooked && now - this.#heardAt > quietMs * this.#slowness) {
      this.#isLooked = true;
      const found = this.#garbled();
      if (found !== undefined) this.#take(found, now);
    }
    const seconds = this.#limit();
    if (this.#outcome === undefined && now - this.#stepAt > seconds * 1000 * this.#slowness) {
      const waited = Math.round((now - this.#stepAt) / 1000);
      this.#fail(this.#pending(), `did not come within ${waited} s`, now);
    }
  }

  /** The console has ended, because the machine is off or its program ended. */
  close(now: number): void {
    if (this.#outcome !== undefined) return;
    if (this.#current !== undefined) this.#fail(this.#pending(), 'did not come before the machine went off', now);
    else this.#end({ ok: true }, 'the machine is off', now);
  }

  /** It is given up. */
  stop(why: string, now: number): void {
    if (this.#outcome === undefined) this.#fail(this.#pending(), why, now);
  }

  get #current(): Part | undefined {
    return this.#options.dialogue.parts[this.#part];
  }

  #answer(now: number): void {
    const { failures } = this.#options.dialogue;
    for (let found = this.#found(); this.#outcome === undefined; found = this.#found()) {
      const failure = failures.find(({ text }) => this.#fresh.includes(text));
      if (failure !== undefined) this.#fail(this.#pending(), `did not come: ${failure.means}`, now);
      else if (found === undefined) break;
      else this.#take(found, now);
    }
  }

  /** The text behind the last step, without what a kernel printed into it. */
  get #heard(): string {
    const { noise } = this.#options.dialogue;
    return noise === undefined ? this.#fresh : this.#fresh.replace(noise, '');
  }

  get #known(): readonly Step[] {
    const part = this.#current;
    return part === undefined ? [] : [...part.steps, part.end];
  }

  /** The first prompt in the text; of several at one place the longest. */
  #found(): Found | undefined {
    const heard = this.#heard;
    const places = this.#known.map((step): Found => {
      const { waitFor, atEnd } = step;
      const isLast = heard.endsWith(waitFor);
      const at = atEnd === undefined ? heard.indexOf(waitFor) : isLast ? heard.length - waitFor.length : -1;
      return { step, at, end: at + waitFor.length };
    });
    return places.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at || b.end - a.end)[0];
  }

  /** The prompt that the last lines are most like, where no other one is as much like them. */
  #garbled(): Found | undefined {
    const { wrong = 0 } = this.#options.dialogue;
    const heard = this.#heard;
    const [first, second] = this.#known
      .filter(({ atEnd }) => atEnd === undefined)
      .map((step) => ({ step, wrong: wrongIn(step.waitFor, heard) }))
      .filter((one) => one.wrong <= wrong / 10)
      .sort((a, b) => a.wrong - b.wrong);
    return first === undefined || first.wrong === second?.wrong
      ? undefined
      : { step: first.step, at: 0, end: heard.length };
  }

  #take({ step, end }: Found, now: number): void {
    const times = this.#came.get(step) ?? 0;
    const answers = answersOf(step);
    this.#fresh = this.#heard.slice(end);
    if (times >= answers.length) this.#fail(step.name, 'came again: its answer was not taken', now);
    else {
      this.#came.set(step, times + 1);
      this.#last = step;
      this.#stepAt = now;
      this.#between = 0;
      this.#type(step, answers[times], now);
      if (step === this.#current?.end) this.#nextPart(step, now);
    }
  }

  #nextPart(end: Step, now: number): void {
    const missing = this.#missing();
    if (missing === undefined) this.#part += 1;
    else this.#fail(missing.name, `did not come before ${end.name}`, now);
  }

  #type(step: Step, send: string | undefined, now: number): void {
    this.#showLine(now);
    if (send === undefined) {
      this.#entries.push({ kind: 'seen', at: now, step: step.name });
      return;
    }
    const text = typed(send, this.#options.settings);
    this.#typing.push(text);
    this.#entries.push({ kind: 'typed', at: now, step: step.name, text });
  }

  /** The first step of this part that every version has and that has not come. */
  #missing(): Step | undefined {
    return this.#current?.steps.find((step) => step.optional !== true && !this.#came.has(step));
  }

  #pending(): string {
    return (this.#missing() ?? this.#current?.end)?.name ?? 'the end';
  }

  /** Seconds within which something has to come. */
  #limit(): number {
    const part = this.#current;
    if (part === undefined) return this.#options.dialogue.off;
    const open = part.steps.filter((step) => (this.#came.get(step) ?? 0) < answersOf(step).length);
    const next = this.#missing() === undefined ? [...open, part.end] : open;
    return Math.max(...next.map(({ within }) => within));
  }

  #show(text: string, now: number): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(-mostFresh);
    const shown = lines.filter((line) => line.trim() !== '');
    if (shown.length > 0) this.#entries.push({ kind: 'shown', at: now, text: shown.join('\n') });
  }

  /** A prompt has no line end. */
  #showLine(now: number): void {
    if (this.#line.trim() !== '') this.#entries.push({ kind: 'shown', at: now, text: this.#line });
    this.#line = '';
  }

  #fail(step: string, why: string, now: number): void {
    const after = this.#last?.name;
    const place = after === undefined ? '' : ` (after: ${after})`;
    this.#end({ ok: false, step, ...(after !== undefined && { after }), why }, `${step}: it ${why}${place}`, now);
  }

  #end(outcome: Outcome, how: string, now: number): void {
    this.#showLine(now);
    this.#outcome = outcome;
    this.#entries.push({ kind: 'ended', at: now, how });
  }
}

/** The part of a prompt's characters that are wrong where the text's end is most like it. */
function wrongIn(prompt: string, text: string): number {
  return closest(prompt, text.slice(-2 * prompt.length - columns)).distance / prompt.length;
}
