import { sha256 } from '../base/files.ts';
import { knownPerl } from './known-perl.ts';
import { analyseSed, type SedFacts } from './sed-script.ts';

/** A sanitizer script of a suite: its name, which says what runs it, and its text. */
export interface SanitizerScript {
  readonly name: string;
  readonly content: Uint8Array;
}

/** One process of a pipeline. */
export interface Stage {
  readonly tool: 'sed' | 'sed -n' | 'gawk' | 'perl';
  /** All run by the one process, in order. */
  readonly scripts: readonly SanitizerScript[];
  /** The process changes nothing unless its input holds one of these; `undefined`: not known. */
  readonly triggers?: readonly string[] | undefined;
  /** Triggers count only behind the first of these; left out: anywhere. */
  readonly after?: readonly string[];
}

/** A list of sanitizers that cannot be run: which, and why. */
export interface StageProblem {
  readonly problem: string;
}

const tools: Readonly<Record<string, Stage['tool']>> = { awk: 'gawk', 'sed-n': 'sed -n', pl: 'perl' };

/** Why a script in Perl is not run. */
export const strangePerl = 'is a program in Perl, which cannot be kept from this machine’s files';

/** More than any suite has for a console; each is a process, and an argument of one. */
const mostSanitizers = 200;
/** Bytes of a script; people write a few thousand. */
const longestScript = 256 * 1024;

/**
 * The pipeline as the suite itself runs it: one process per script, except that `name.sed-f` means
 * `name.sed`, run in one sed with its neighbours of that kind.
 */
export function stagesOf(
  names: readonly string[],
  find: (name: string) => SanitizerScript | undefined,
  known = knownPerl,
): Stage[] | StageProblem {
  if (names.length > mostSanitizers) {
    return { problem: `a console has ${names.length} sanitizers, the limit is ${mostSanitizers}` };
  }
  const stages: Stage[] = [];
  let shared: SanitizerScript[] | undefined;
  for (const name of names) {
    const kind = /\.(sed|sed-n|sed-f|awk|pl)$/.exec(name)?.[1];
    if (kind === undefined) return { problem: `${name.slice(0, 200)} is no kind of sanitizer that is known` };
    const script = find(scriptFile(name));
    if (script === undefined) return { problem: `${scriptFile(name)} is missing` };
    if (script.content.length > longestScript) {
      return { problem: `${scriptFile(name)} has ${script.content.length} bytes, the limit is ${longestScript}` };
    }
    const perl = kind === 'pl' ? known.get(sha256(script.content)) : undefined;
    if (kind === 'pl' && perl === undefined) return { problem: `${name.slice(0, 200)} ${strangePerl}` };
    if (kind === 'sed-f' && shared !== undefined) shared.push(script);
    else {
      const scripts = [script];
      stages.push({ tool: tools[kind] ?? 'sed', scripts, ...perl });
      shared = kind === 'sed-f' ? scripts : undefined;
    }
  }
  return stages;
}

/** Whether it is known what a script in Perl changes. */
export function isKnownPerl(content: Uint8Array): boolean {
  return knownPerl.has(sha256(content));
}

/** File that holds a sanitizer: `name.sed-f` is another way to run `name.sed`. */
export function scriptFile(name: string): string {
  return name.replace(/\.sed-f$/, '.sed');
}

/**
 * Joins neighbouring sed processes where the result is certainly the same: line-wise scripts that
 * make no new lines, whose labels do not meet. One that makes lines closes its process.
 */
export function joinStages(stages: readonly Stage[]): Stage[] {
  const joined: { stage: Stage; facts?: SedFacts; open: boolean }[] = [];
  for (const stage of stages) {
    const [script, ...others] = stage.scripts;
    const single = /^sed/.test(stage.tool) && script !== undefined && others.length === 0;
    const facts = single ? factsOf(script, stage.tool === 'sed -n') : undefined;
    const before = joined.at(-1);
    if (before?.open && before.facts && facts?.lineWise && !meets(before.facts.labels, facts.labels)) {
      const triggers = both(before.stage.triggers, facts.triggers);
      before.stage = { tool: 'sed', scripts: [...before.stage.scripts, ...stage.scripts], triggers };
      before.facts = { ...facts, labels: [...before.facts.labels, ...facts.labels] };
      before.open = !facts.addsLines;
    } else {
      const open = facts?.lineWise === true && !facts.addsLines;
      joined.push({ stage: { ...stage, triggers: stage.triggers ?? facts?.triggers }, open, ...(facts && { facts }) });
    }
  }
  return joined.map(({ stage }) => stage);
}

/** Facts by script text; a run's thousand consoles go through the same few dozen scripts. */
const known = new Map<string, SedFacts>();

function factsOf({ content }: SanitizerScript, quiet: boolean): SedFacts {
  const text = new TextDecoder('latin1').decode(content);
  const key = `${quiet}\n${text}`;
  const facts = known.get(key) ?? analyseSed(text, quiet);
  if (known.size > 500) known.clear();
  known.set(key, facts);
  return facts;
}

/** Looking for more texts than these takes longer than running the process. */
const mostTriggers = 500;

function both(a: readonly string[] | undefined, b: readonly string[] | undefined): string[] | undefined {
  return a && b && a.length + b.length <= mostTriggers ? [...a, ...b] : undefined;
}

function meets(a: readonly string[], b: readonly string[]): boolean {
  const labels = new Set(b);
  return a.some((label) => labels.has(label));
}

/** True if a process with these triggers cannot change the input. */
export function isIdle(stage: Stage, input: Uint8Array): boolean {
  if (stage.triggers === undefined || stage.triggers.length > mostTriggers) return false;
  const text = new TextDecoder('latin1').decode(input);
  const from = stage.after === undefined ? 0 : firstOf(stage.after, text);
  return !stage.triggers.some((trigger) => text.includes(trigger, from));
}

/** Where the first of these begins; the text's end if it has none. */
function firstOf(words: readonly string[], text: string): number {
  return Math.min(...words.map((word) => text.indexOf(word)).map((at) => (at < 0 ? text.length : at)));
}
