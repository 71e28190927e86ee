import { malformed } from '../../base/bytes.ts';
import { type GcovRecord, gcovRecords, gcovString, gcovTag, openGcov } from './records.ts';

/** A way from one basic block to another. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  /** Its count follows from others, and is not counted. */
  readonly onTree: boolean;
}

/** Lines that a basic block was compiled from. */
export interface BlockLines {
  readonly block: number;
  /** As the compiler was given it. */
  readonly source: string;
  readonly lines: readonly number[];
}

/** A function as it was compiled. Block 0 is its entry, block 1 its exit. */
export interface NotedFunction {
  readonly ident: number;
  readonly lineChecksum: number;
  readonly flowChecksum: number;
  readonly name: string;
  /** The compiler made it: no line is its own. */
  readonly artificial: boolean;
  readonly source: string;
  readonly line: number;
  readonly blocks: number;
  /** In the order of their counters. */
  readonly arcs: readonly Arc[];
  readonly lines: readonly BlockLines[];
}

/** What the compiler wrote of one object: which counter belongs to what. */
export interface GcovNotes {
  readonly stamp: number;
  /** The folder that the compiler ran in. */
  readonly folder: string;
  readonly functions: readonly NotedFunction[];
}

const onTree = 1;

/** A function while it is read. */
interface Growing extends Omit<NotedFunction, 'blocks' | 'arcs' | 'lines'> {
  blocks: number;
  readonly arcs: Arc[];
  readonly lines: BlockLines[];
}

/** Reads a `.gcno` file. Raises `guest` for one that is damaged. */
export function readNotes(data: Uint8Array): GcovNotes {
  const { stamp, rest } = openGcov(data, 'notes');
  const folder = gcovString(rest);
  // Whether blocks that never ran can be told from lines that did: not asked for.
  rest.skip(4);
  const functions: Growing[] = [];
  for (const record of gcovRecords(rest)) {
    if (record.tag === gcovTag.function) functions.push(readFunction(record));
    else grow(functions.at(-1), record);
  }
  for (const one of functions) check(one);
  return { stamp, folder, functions: functions.map(inOrder) };
}

function readFunction({ body }: GcovRecord): Growing {
  return {
    ident: body.u32Le(),
    lineChecksum: body.u32Le(),
    flowChecksum: body.u32Le(),
    name: gcovString(body),
    artificial: body.u32Le() !== 0,
    source: gcovString(body),
    line: body.u32Le(),
    blocks: 0,
    arcs: [],
    lines: [],
  };
}

function grow(into: Growing | undefined, { tag, body }: GcovRecord): void {
  if (into === undefined) throw body.malformed('a record belongs to no function');
  if (tag === gcovTag.blocks) into.blocks = body.u32Le();
  else if (tag === gcovTag.arcs) {
    const from = body.u32Le();
    while (body.left > 0) into.arcs.push({ from, to: body.u32Le(), onTree: (body.u32Le() & onTree) !== 0 });
  } else if (tag === gcovTag.lines) {
    const block = body.u32Le();
    for (;;) {
      const line = body.u32Le();
      if (line !== 0) {
        (into.lines.at(-1)?.lines as number[] | undefined)?.push(line);
        continue;
      }
      const source = gcovString(body);
      if (source === '') break;
      into.lines.push({ block, source, lines: [] });
    }
  }
}

function check({ name, blocks, arcs, lines }: Growing): void {
  const numbers = [...arcs.flatMap(({ from, to }) => [from, to]), ...lines.map(({ block }) => block)];
  const wrong = numbers.find((block) => block >= blocks);
  if (wrong !== undefined) throw malformed('gcov notes', `${name} has ${blocks} blocks, and block ${wrong} is named`);
}

/** Counters are numbered by the blocks that arcs leave. */
function inOrder({ arcs, ...rest }: Growing): NotedFunction {
  return { ...rest, arcs: arcs.toSorted((a, b) => a.from - b.from) };
}
