import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { blockCounts } from '../../../../src/evidence/gcov/block-counts.ts';
import { readCounters } from '../../../../src/evidence/gcov/counters.ts';
import { type Arc, type NotedFunction, readNotes } from '../../../../src/evidence/gcov/notes.ts';
import { isPresentProgram } from '../../../../src/supply/debian/machine-tools.ts';
import { countersFile, type MadeFunction, madeStamp, notesFile } from './build.ts';

/** `if (a) 5; else 6; 7`: block 2 asks, 3 and 4 are the ways, 5 is behind them. */
const branch: MadeFunction = {
  ident: 11,
  name: 'choose',
  line: 4,
  blocks: 6,
  arcs: [
    { from: 0, to: 2, onTree: true },
    { from: 2, to: 3, onTree: false },
    { from: 2, to: 4, onTree: true },
    { from: 3, to: 5, onTree: false },
    { from: 4, to: 5, onTree: true },
    { from: 5, to: 1, onTree: true },
  ],
  lines: [
    [2, 'net/xfrm/made.c', 4, 5],
    [3, 'net/xfrm/made.c', 6],
    [4, 'include/net/xfrm.h', 90],
    [5, 'net/xfrm/made.c', 8],
  ],
};

/** A flow graph of one function, without names. */
function flow(blocks: number, arcs: readonly Arc[]): NotedFunction {
  const about = { ident: 1, lineChecksum: 1, flowChecksum: 2, name: 'flow', artificial: false, source: 'a.c', line: 1 };
  return { ...about, blocks, arcs, lines: [] };
}

test('notes and counters are read as GCC 12 writes them', () => {
  const notes = readNotes(notesFile([branch]));
  assert.deepEqual([notes.stamp, notes.folder], [madeStamp, '/build']);
  const [choose] = notes.functions;
  assert.deepEqual(
    [choose?.name, choose?.source, choose?.line, choose?.blocks, choose?.arcs],
    ['choose', 'net/xfrm/made.c', 4, 6, branch.arcs],
  );
  assert.deepEqual(choose?.lines.slice(0, 2), [
    { block: 2, source: 'net/xfrm/made.c', lines: [4, 5] },
    { block: 3, source: 'net/xfrm/made.c', lines: [6] },
  ]);
  const counters = readCounters(
    countersFile([
      [11, [3, 2 ** 40]],
      [12, 4],
    ]),
  );
  assert.equal(counters.stamp, madeStamp);
  assert.deepEqual(
    counters.functions.map(({ ident, counts }) => [ident, [...counts]]),
    [
      [11, [3, 2 ** 40]],
      [12, [0, 0, 0, 0]],
    ],
  );
});

test('counts of blocks follow from the counters of arcs that are on no tree', () => {
  const [choose] = readNotes(notesFile([branch])).functions as [NotedFunction];
  // 3 of 10 calls took the first way: only the arcs into and out of block 3 have counters, and the entry follows from neither.
  const closed: NotedFunction = {
    ...choose,
    arcs: choose.arcs.map((arc) => ({ ...arc, onTree: arc.onTree && arc.from !== 0 })),
  };
  assert.deepEqual([...blockCounts(closed, Float64Array.of(10, 3, 3))], [10, 10, 10, 3, 7, 10]);
  assert.throws(() => blockCounts(closed, Float64Array.of(10, 3)), /choose has 3 counters, and 2 are there/);
  // Nothing says how often it was called.
  assert.throws(() => blockCounts(choose, Float64Array.of(3, 3)), /the counters of choose do not say what ran/);
});

/** Unites the ends of arcs one by one: an arc that joins two parts is on the tree. The exit leads back to the entry. */
function withTree(blocks: number, arcs: readonly Omit<Arc, 'onTree'>[]): Arc[] {
  const part = Array.from({ length: blocks }, (_, block) => block);
  const of = (block: number): number => (part[block] === block ? block : of(part[block] ?? 0));
  part[1] = 0;
  return arcs.map((arc) => {
    const [from, to] = [of(arc.from), of(arc.to)];
    part[from] = to;
    return { ...arc, onTree: from !== to };
  });
}

/** Any graph in which each block has a way on, and walks through it from the entry to the exit. */
const walks = fc
  .record({
    inner: fc.integer({ min: 1, max: 12 }),
    more: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
    turns: fc.array(fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), { maxLength: 5 }),
  })
  .map(({ inner, more, turns }) => {
    const blocks = inner + 2;
    const chain = Array.from({ length: inner }, (_, at) => ({ from: at + 2, to: at + 3 === blocks ? 1 : at + 3 }));
    const extra = more.map(([a, b]) => ({
      from: 2 + (a % inner),
      to: b % (inner + 1) === inner ? 1 : 2 + (b % inner),
    }));
    const all = [{ from: 0, to: 2 }, ...chain, ...extra];
    const distinct = [...new Map(all.map((arc) => [`${arc.from} ${arc.to}`, arc])).values()];
    const arcs = withTree(
      blocks,
      distinct.toSorted((a, b) => a.from - b.from),
    );
    return { blocks, arcs, turns };
  });

test('whatever way is gone through whatever graph, the counters off the tree tell how often each block ran', () => {
  fc.assert(
    fc.property(walks, ({ blocks, arcs, turns }) => {
      const visits = new Float64Array(blocks);
      const passed = new Float64Array(arcs.length);
      for (const choices of turns) {
        let [at, step] = [0, 0];
        while (at !== 1) {
          visits[at] = (visits[at] ?? 0) + 1;
          const ways = [...arcs.keys()].filter((arc) => arcs[arc]?.from === at);
          // After so many turns straight on: the chain ends at the exit.
          const straight = ways.find((arc) => arcs[arc]?.to === (at + 1 === blocks ? 1 : at + 1)) ?? ways[0] ?? 0;
          const way = step < choices.length ? (ways[(choices[step] ?? 0) % ways.length] ?? 0) : straight;
          passed[way] = (passed[way] ?? 0) + 1;
          at = arcs[way]?.to ?? 1;
          step += 1;
        }
        visits[1] = (visits[1] ?? 0) + 1;
      }
      const counted = passed.filter((_, arc) => arcs[arc]?.onTree === false);
      assert.deepEqual(blockCounts(flow(blocks, arcs), counted), visits);
    }),
  );
});

test('damaged files are the guest’s fault, whatever is damaged', () => {
  const whole = [notesFile([branch]), countersFile([[11, [3, 3]]])] as const;
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(), fc.nat(255), fc.boolean(), (file, place, value, cut) => {
      const bytes = Buffer.from(cut ? file.subarray(0, place % file.length) : file);
      if (!cut) bytes[place % bytes.length] = value;
      for (const read of [readNotes, readCounters]) {
        try {
          read(bytes);
        } catch (error) {
          assert.ok(error instanceof EspalierError && error.fault === 'guest', String(error));
        }
      }
    }),
  );
  assert.throws(() => readCounters(whole[0]), /no file of this kind/);
  assert.throws(() => readCounters(countersFile([[11, 200_000]])), /200000 counters of one function/);
  // `A93*` is GCC 9.3, whose lengths are in words.
  assert.throws(() => readNotes(notesFile([branch], 0x4139332a)), /made by GCC 9; 12 or newer is read/);
  const beyond = { ...branch, blocks: 5 };
  assert.throws(() => readNotes(notesFile([beyond])), /choose has 5 blocks, and block 5 is named/);
});

const program = `
static int twice(int x) { if (x > 3) return x * 2; return x; }
static int unused(int x) { return x + 1; }
int main(int argc, char **argv)
{
	int sum = 0;
	(void)argv;
	for (int i = 0; i < 10 * argc; i++) {
		if (i % 3 == 0)
			continue;
		sum += twice(i);
	}
	switch (sum) {
	case 1:
		return unused(sum);
	case 72:
		break;
	default:
		return 0;
	}
	return 0;
}
`;

interface GcovJson {
  readonly files: readonly {
    readonly lines: readonly { readonly line_number: number; readonly count: number }[];
    readonly functions: readonly { readonly name: string; readonly execution_count: number }[];
  }[];
}

const noCompiler = isPresentProgram('gcc') && isPresentProgram('gcov') ? false : 'gcc or gcov is not installed';

test('of a program that ran, the calls and lines are those that gcov tells', { skip: noCompiler }, (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'espalier-gcov-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, 'a.c'), program);
  execFileSync('gcc', ['-O0', '-fprofile-arcs', '-ftest-coverage', '-o', 'a', 'a.c'], { cwd });
  execFileSync(join(cwd, 'a'), [], { cwd });
  const [data] = ['a-a.gcda', 'a.gcda'].filter((name) => readOrNothing(join(cwd, name)) !== undefined);
  const notes = readNotes(readFileSync(join(cwd, (data ?? '').replace('gcda', 'gcno'))));
  const counters = readCounters(readFileSync(join(cwd, data ?? '')));
  const said = execFileSync('gcov', ['--json-format', '--stdout', data ?? ''], { cwd, maxBuffer: 1 << 24 });
  const [theirs] = (JSON.parse(said.toString()) as GcovJson).files;

  const calls: Record<string, number> = {};
  const lines: Record<number, boolean> = {};
  for (const noted of notes.functions) {
    const counted = counters.functions.find(({ ident }) => ident === noted.ident);
    const blocks = blockCounts(noted, counted?.counts ?? new Float64Array());
    calls[noted.name] = blocks[0] ?? 0;
    for (const { block, lines: numbers } of noted.lines) {
      for (const line of numbers) lines[line] = (lines[line] ?? false) || (blocks[block] ?? 0) > 0;
    }
  }
  assert.deepEqual(calls, { twice: 6, unused: 0, main: 1 });
  assert.deepEqual(calls, Object.fromEntries(theirs?.functions.map((one) => [one.name, one.execution_count]) ?? []));
  assert.deepEqual(lines, Object.fromEntries(theirs?.lines.map((one) => [one.line_number, one.count > 0]) ?? []));
});

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
