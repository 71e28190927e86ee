import { EspalierError } from '../base/errors.ts';

/** One thing that a system shows at its console, and what is typed then. */
export interface Step {
  /** As a person would call it: `root disk`. It names the place of a failure. */
  readonly name: string;
  /** Text by which the system is known to wait. */
  readonly waitFor: string;
  /** Only the end of what the console shows counts: a shell's prompt is too short to be looked for elsewhere. */
  readonly atEnd?: true;
  /**
   * What is typed, `\r` at its end where a line is asked for; `{name}` stands for a setting. Of several the first one is typed when it comes
   * for the first time, and so on. Absent: it is only waited for. If it comes more often, the system did not take the answer.
   */
  readonly send?: string | readonly string[];
  /** Longest time since the step before, s, on a machine that is as fast as usual. */
  readonly within: number;
  /** Not every version of the system has it. */
  readonly optional?: true;
}

/** Steps of which some may be left out, in any order, up to the one that ends them. */
export interface Part {
  readonly steps: readonly Step[];
  readonly end: Step;
}

/** What is said at the console of a system, from its first word until it is off. */
export interface Dialogue {
  readonly parts: readonly Part[];
  /** Text after which nothing good comes, with what it means. */
  readonly failures: readonly { readonly text: string; readonly means: string }[];
  /** Lines that a kernel prints wherever it likes, also into a prompt. */
  readonly noise?: RegExp;
  /** Of ten characters of a prompt so many may be wrong or missing (default: none). */
  readonly wrong?: number;
  /** Time within which the console ends behind the last step, s. */
  readonly off: number;
}

/** Parts of one step each: they come in this order. */
export function inOrder(...steps: readonly Step[]): Part[] {
  return steps.map((end) => ({ steps: [], end }));
}

/** Steps of a dialogue in the order in which they are written. */
export function stepsOf({ parts }: Dialogue): Step[] {
  return parts.flatMap(({ steps, end }) => [...steps, end]);
}

/** What is typed each time that a step comes; `undefined` where it is only waited for. */
export function answersOf({ send }: Step): readonly (string | undefined)[] {
  return Array.isArray(send) ? (send as readonly string[]) : [send as string | undefined];
}

/** What is typed, with the settings in their places. Throws `bug` for a setting that is not given. */
export function typed(send: string, settings: Readonly<Record<string, string>>): string {
  return send.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new EspalierError('bug', `no setting is named ${name}`);
    return value;
  });
}
