/**
 * What the report's page is made from: the one contract between who writes data files (src/report/page, later a server)
 * and who shows them (ui/). A data file `data/<name>.js` holds `espalierData("<name>",<JSON>);`, since pages that were
 * opened from disk may load scripts and nothing else; a server answers the same addresses with the same bytes.
 *
 * Every string is text, already harmless: control and format characters are spelled out (src/base/visible.ts). Times
 * named `t` are whole virtual microseconds since `LabData.start`; what came before it is negative. docs/report.md tells more.
 */

import type { IssueCategory } from '../../model/issue-categories.ts';
import type { Change } from '../../model/results.ts';
import type { VerdictWord } from '../../model/words.ts';

/** Version of all data files, also of those in data-of-runs.ts; a page refuses others. */
export const dataVersion = 1;

/** `data/run.js`: the run and a line per test. */
export interface RunData {
  readonly version: typeof dataVersion;
  readonly id: string;
  /** Name and value: when, what command, on which machine. */
  readonly facts: readonly (readonly [string, string])[];
  /** Words that occur, weightiest first. */
  readonly words: readonly WordCount[];
  readonly passedAdapted: number;
  /** Tests of the run that have no result yet. */
  readonly pending: number;
  /** The run was compared with one; `change` of its tests tells how. */
  readonly baseline?: string;
  readonly tests: readonly TestRow[];
  readonly clusters: readonly ClusterData[];
  /** Further pages that there is data for (data-of-runs.ts, coverage-data.ts). */
  readonly beside?: readonly ('compare' | 'history' | 'coverage')[];
  /** Address of the page of all runs, where there is one. */
  readonly home?: string;
  /** The run is going on: where its results come from. `words` holds all words then. */
  readonly live?: LiveData;
}

/** Server-sent events of a run that is going on: `result` (a `TestRow`), `state` (a `LiveState`), `end`. */
export interface LiveData {
  /** Address, relative to the page. */
  readonly events: string;
  /** What these data hold: events go on after it. */
  readonly after: string;
}

/** Where a run is. */
export interface LiveState {
  /** Tests without a result. */
  readonly pending: number;
  /** Names of those that are in a lab now. */
  readonly running: readonly string[];
  /** Wall milliseconds that the rest will take, by what is known of its tests; absent: nothing is. */
  readonly leftMs?: number;
}

export interface WordCount {
  readonly word: VerdictWord;
  readonly meaning: string;
  readonly count: number;
  /** How many of them are as expected: by rule, or as the baseline has them. */
  readonly expected: number;
}

/** A test in the list of a run. */
export interface TestRow {
  readonly suite: string;
  readonly name: string;
  readonly word: VerdictWord;
  readonly expected: boolean;
  readonly change?: Change;
  /** Passes, and only with adaptations. */
  readonly adapted?: true;
  /** Of its issues. */
  readonly categories?: readonly IssueCategory[];
  readonly hosts: number;
  /** Milliseconds of the last attempt. */
  readonly wallMs?: number;
  readonly virtualMs?: number;
  /** The first thing that was seen, or the reason of an `unsupported`. */
  readonly why?: string;
  /** Name of its data file; absent where none was written. */
  readonly page?: string;
}

/** The same change in the consoles of several tests. */
export interface ClusterData {
  readonly lines: readonly string[];
  /** Indices into `tests`. */
  readonly tests: readonly number[];
}

/** `data/test/<number>.js`: one test by its last attempt. */
export interface TestData {
  readonly version: typeof dataVersion;
  readonly suite: string;
  readonly name: string;
  readonly word: VerdictWord;
  readonly meaning: string;
  /** What its author says of it. */
  readonly description?: string;
  readonly expected: boolean;
  readonly change?: Change;
  readonly facts: readonly (readonly [string, string])[];
  /** What for, and the command line. */
  readonly commands: readonly (readonly [string, string])[];
  readonly issues: readonly IssueData[];
  /** Faults that were there, and that the scenario declares. */
  readonly tolerated?: readonly ToleratedData[];
  readonly checks: readonly CheckData[];
  readonly downloads: readonly Download[];
  /** Absent where no lab was started, or where the report holds compact facts of it only. */
  readonly lab?: LabData;
  /** Why `lab` is absent or not whole. */
  readonly notes: readonly string[];
}

/** Something that was seen, with its place. */
export interface IssueData {
  readonly kind: string;
  readonly word: VerdictWord;
  readonly message: string;
  /** Host, file and line, command, packet: in words. */
  readonly where: readonly string[];
  readonly host?: string;
  readonly t?: number;
  readonly excerpt: readonly DiffLine[];
}

/** Something that does not count, since the scenario declares it. */
export interface ToleratedData extends IssueData {
  /** The reason that it gives. */
  readonly why: string;
}

/** A line of a difference. `marks` are the changed words in it: begin and end, in UTF-16 units. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+' | '@';
  readonly text: string;
  readonly marks?: readonly (readonly [number, number])[];
}

/** What was expected, and what came. */
export interface CheckData {
  readonly what: string;
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  readonly passed: boolean;
  readonly t?: number;
}

/** A file of the report's folder. */
export interface Download {
  readonly name: string;
  /** Relative to `index.html`. */
  readonly href: string;
  readonly bytes: number;
}

/** What happened in the lab, on its clock. */
export interface LabData {
  /** Virtual date of t = 0, the first command: ISO 8601 to the microsecond. */
  readonly start: string;
  /** The last thing that was recorded. */
  readonly end: number;
  readonly hosts: readonly string[];
  readonly links: readonly string[];
  readonly ladder: readonly LadderRow[];
  readonly sas: readonly SaData[];
  readonly consoles: readonly ConsoleData[];
  readonly logs: readonly LogData[];
}

/** `incident`: a process died, a log or the kernel reports a fault. */
export type RowKind = 'command' | 'sa' | 'ike' | 'esp' | 'clear' | 'leak' | 'incident' | 'other';

/** What is remarkable about packets and incidents. `expected`, `tolerated`: the test did it, or declares it. `lost`: numbers are missing. `again`: the very bytes were sent before. */
export type RowFlag =
  | 'again'
  | 'unanswered'
  | 'lost'
  | 'reordered'
  | 'replayed'
  | 'refused'
  | 'no-sa'
  | 'unjudged'
  | 'malformed'
  | 'expected'
  | 'tolerated';

/** One moment of the ladder: a message, a bundle of packets, a command, an incident, changes of a host's SAs. */
export interface LadderRow {
  readonly kind: RowKind;
  readonly t: number;
  /** Of a bundle, its last packet. */
  readonly until?: number;
  /** Indices of hosts; -1: nobody of the lab, or everybody. Commands, incidents and SAs have `from` alone. */
  readonly from: number;
  readonly to?: number;
  readonly text: string;
  readonly flags?: readonly RowFlag[];
  /** More about it, a line each. */
  readonly details?: readonly string[];
  /** Packets of a bundle. */
  readonly count?: number;
}

/** One SA of one host. */
export interface SaData {
  readonly host: number;
  readonly protocol: string;
  /** Kernels before 6.10 do not tell. */
  readonly direction?: 'in' | 'out';
  readonly spi: string;
  readonly text: string;
  readonly algorithms: string;
  readonly selector: string;
  readonly packets: string;
  readonly born: number;
  /** Absent: it was there at the end. */
  readonly died?: number;
  readonly reason?: string;
  /** Index of its other end. */
  readonly pair?: number;
  /** SAs of one host and one number belong to one tunnel and direction: rekeyed one after the other. */
  readonly chain: number;
}

/** All of one host's console. */
export interface ConsoleData {
  readonly host: string;
  readonly commands: readonly CommandData[];
  /** The difference to the reference, where there is one. */
  readonly diff: readonly DiffLine[];
}

export interface CommandData {
  readonly line: string;
  readonly t: number;
  readonly until?: number;
  readonly status?: number;
  /** Of the post-mortem. */
  readonly after?: true;
  readonly output: readonly ConsoleLine[];
}

/** Text with the spans of it that a terminal would have shown in another style: begin, end, classes. */
export interface ConsoleLine {
  readonly text: string;
  readonly t?: number;
  readonly styles?: readonly (readonly [number, number, string])[];
}

/** A file of lines. */
export interface LogData {
  readonly name: string;
  readonly host?: string;
  /** How many lines are left out, and which. */
  readonly left?: string;
  readonly lines: readonly string[];
  /**
   * Index of a line and its time, in order: where the line's own date tells, or the console showed the same words at
   * that time.
   */
  readonly times: readonly (readonly [number, number])[];
}
