import { blockCounts } from '../../evidence/gcov/block-counts.ts';
import type { FunctionCounters, GcovCounters } from '../../evidence/gcov/counters.ts';
import type { GcovNotes, NotedFunction } from '../../evidence/gcov/notes.ts';

/** The notes of one object of one kernel. */
export interface ObjectNotes {
  /** Its name below the folder that it was built in, without ending: `net/xfrm/xfrm_state`. */
  readonly object: string;
  readonly notes: GcovNotes;
  /** The name in the tree of a source that the notes name; `undefined`: it is none whose coverage is asked for. */
  readonly sourceOf: (name: string) => string | undefined;
}

/** A function of the code, in however many objects it was compiled. */
export interface CodeFunction {
  readonly source: string;
  readonly name: string;
  readonly line: number;
}

/** A function of one object, with the numbers of its lines in `Code`. */
interface Compiled {
  readonly noted: NotedFunction;
  /** Number of its `CodeFunction`; `undefined`: its source is not asked for. */
  readonly number: number | undefined;
  /** By block. */
  readonly lines: readonly (readonly number[])[];
}

interface CompiledObject {
  readonly stamp: number;
  /** By ident: two functions of an object may share one, and then differ in their checksums. */
  readonly functions: ReadonlyMap<string, Compiled>;
}

/** What one function of one object did: calls, and how often each line of it ran. */
export interface FunctionRun {
  readonly function: number | undefined;
  readonly calls: number;
  /** Number of a line to how often the block of it ran that ran most. */
  readonly lines: ReadonlyMap<number, number>;
}

const keyOf = ({ ident, lineChecksum, flowChecksum }: Pick<NotedFunction, 'ident' | 'lineChecksum' | 'flowChecksum'>) =>
  `${ident} ${lineChecksum} ${flowChecksum}`;

/** All code whose coverage is asked for: the lines and functions of all kernels of a run, each once, by number. */
export class Code {
  readonly lines: { readonly source: string; readonly line: number }[] = [];
  readonly functions: CodeFunction[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #objects = new Map<string, CompiledObject>();

  /** Adds an object of a kernel. */
  add(kernel: string, { object, notes, sourceOf }: ObjectNotes): void {
    const functions = notes.functions.map((noted): [string, Compiled] => [
      keyOf(noted),
      this.#compiled(noted, sourceOf),
    ]);
    this.#objects.set(`${kernel} ${object}`, { stamp: notes.stamp, functions: new Map(functions) });
  }

  #compiled(noted: NotedFunction, sourceOf: ObjectNotes['sourceOf']): Compiled {
    const lines = Array.from({ length: noted.blocks }, (): number[] => []);
    for (const { block, source: name, lines: numbers } of noted.lines) {
      const source = sourceOf(name);
      if (source !== undefined) for (const line of numbers) lines[block]?.push(this.#lineNumber(source, line));
    }
    const source = noted.artificial ? undefined : sourceOf(noted.source);
    return { noted, number: source === undefined ? undefined : this.#functionNumber(source, noted), lines };
  }

  #lineNumber(source: string, line: number): number {
    return this.#numbered(`${source}:${line}`, this.lines, () => ({ source, line }));
  }

  #functionNumber(source: string, { name, line }: NotedFunction): number {
    return this.#numbered(`${source}:${line} ${name}`, this.functions, () => ({ source, name, line }));
  }

  #numbered<T>(key: string, list: T[], make: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, list.length);
    list.push(make());
    return list.length - 1;
  }

  /** Whether counters are of the very object that there are notes of. */
  knows(kernel: string, object: string, { stamp }: Pick<GcovCounters, 'stamp'>): boolean {
    return this.#objects.get(`${kernel} ${object}`)?.stamp === stamp;
  }

  /** What the functions of an object did, by its counters. Functions in which nothing ran are left out. */
  *ran(kernel: string, object: string, counters: Pick<GcovCounters, 'functions'>): Generator<FunctionRun> {
    const { functions } = this.#objects.get(`${kernel} ${object}`) ?? {};
    for (const counted of counters.functions) {
      const compiled = functions?.get(keyOf(counted));
      if (compiled !== undefined && counted.counts.some((count) => count !== 0)) yield runOf(compiled, counted);
    }
  }
}

function runOf({ noted, number, lines }: Compiled, { counts }: FunctionCounters): FunctionRun {
  const blocks = blockCounts(noted, counts);
  const ran = new Map<number, number>();
  blocks.forEach((count, block) => {
    // A task that sleeps in a function has come in and not gone out: what follows from that may be below zero.
    if (count > 0) for (const line of lines[block] ?? []) ran.set(line, Math.max(count, ran.get(line) ?? 0));
  });
  return { function: number, calls: Math.max(0, blocks[0] ?? 0), lines: ran };
}
