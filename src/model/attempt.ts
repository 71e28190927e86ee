/** How a lab came to its end; the first cause wins. */
export const endWords = [
  'completed',
  'timeout',
  'flood',
  'shell-exit',
  'livelock',
  'panic',
  'out-of-memory',
  'boot-failed',
  'lab-died',
  'cancelled',
] as const;
export type EndWord = (typeof endWords)[number];

/** What was fed into an attempt, by identity. */
export interface AttemptInputs {
  readonly kernel: { readonly id: string; readonly sha256: string };
  /** Image of each host by host name. */
  readonly images: Readonly<Record<string, { readonly id: string; readonly sha256: string }>>;
  /** Layers over the images by host name, `*` for all hosts. */
  readonly overlays?: Readonly<Record<string, readonly { readonly id: string; readonly sha256: string }[]>>;
  /** With the commit that a checkout was at; its date in ISO 8601. */
  readonly suite: {
    readonly id: string;
    readonly sha256: string;
    readonly commit?: { readonly hash: string; readonly date: string; readonly subject: string };
  };
  /** Versions of what is under test, e.g. `{ libreswan: '5.2-2.2' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** `undefined`: the lab drew its randomness from this machine. */
  readonly seed?: string;
}

/** `attempt.json`: written once, after the lab is gone; its presence says the attempt is over. */
export interface AttemptFile {
  readonly version: 1;
  readonly suite: string;
  readonly name: string;
  /** From 0; counts retries and repeats of a scenario in a run. */
  readonly attempt: number;
  readonly hosts: readonly string[];
  readonly inputs: AttemptInputs;
  readonly end: {
    readonly word: EndWord;
    /** One line of evidence. */
    readonly detail?: string;
    readonly host?: string;
    /** Index into the plan's steps of the command that was running. */
    readonly step?: number;
  };
  readonly time: {
    /** ISO 8601 wall date of the start. */
    readonly started: string;
    readonly wallMs: number;
    /** Boot to first command typed, wall. */
    readonly bootMs: number;
    /** CPU time of the lab's processes. */
    readonly labCpuMs: number;
    /** Virtual nanoseconds from boot to end, as decimal string. */
    readonly virtualNs: string;
  };
}
