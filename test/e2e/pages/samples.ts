/** Made reports: of any size, and with any text where labs write text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import type {
  CommandData,
  LabData,
  LadderRow,
  RunData,
  SaData,
  TestData,
  TestRow,
} from '../../../src/report/page/data.ts';
import type { CompareData, HistoryData, RunsData, SuiteRun } from '../../../src/report/page/data-of-runs.ts';
import { copyPage, startPage } from '../../../src/report/page/write-report.ts';

const words = ['passed', 'passed', 'passed', 'minor', 'unsupported', 'major', 'leak', 'timeout'] as const;

export function row(index: number, more: Partial<TestRow> = {}): TestRow {
  const word = words[index % words.length] ?? 'passed';
  return {
    suite: 'made',
    name: `column ${index % 7}, ikev2-algo-${index}`,
    word,
    expected: word === 'passed' || word === 'unsupported',
    hosts: 2 + (index % 3),
    wallMs: 1000 + index,
    virtualMs: 60_000 + index,
    ...(word !== 'passed' && { why: `what was seen in test ${index}` }),
    ...(index % 8 > 4 && { categories: index % 3 === 0 ? ['differing-sa', 'core'] : ['differing-output'] }),
    page: 'test/1',
    ...more,
  };
}

export function run(tests: readonly TestRow[]): RunData {
  const counts = Map.groupBy(tests, ({ word }) => word);
  return {
    version: 1,
    id: '2026-01-01_00-00-00-000_made',
    facts: [['started', 'today']],
    words: [...counts].map(([word, members]) => ({
      word,
      meaning: `means ${word}`,
      count: members.length,
      expected: members.filter(({ expected }) => expected).length,
    })),
    passedAdapted: 0,
    pending: 0,
    baseline: 'an earlier run',
    tests,
    clusters: [{ lines: ['-one', '+two'], tests: [0, Math.min(3, tests.length - 1)] }],
    beside: ['compare', 'history'],
  };
}

/** How much happens in a made lab, and in which words. */
export interface LabSize {
  readonly packets: number;
  readonly lines: number;
  /** What stands wherever a lab writes. */
  readonly text?: (index: number) => string;
}

export function lab({ packets, lines, text = (index) => `line ${index} of a console` }: LabSize): LabData {
  const hosts = ['west', 'east'];
  const ladder = Array.from({ length: packets }, (_, index): LadderRow => {
    const kind = index % 11 === 0 ? 'command' : index % 5 === 0 ? 'esp' : index % 7 === 0 ? 'leak' : 'ike';
    return {
      kind,
      t: index * 1000,
      from: index % 2,
      ...(kind !== 'command' && { to: 1 - (index % 2) }),
      text: text(index),
      details: [text(index + 1), text(index + 2)],
      ...(index % 13 === 0 && { flags: ['again', 'unanswered'] }),
    };
  });
  const sas = Array.from(
    { length: 8 },
    (_, index): SaData => ({
      host: index % 2,
      protocol: 'ESP',
      direction: index % 4 < 2 ? 'in' : 'out',
      spi: `0x0000000${index}`,
      text: text(index),
      algorithms: text(index),
      selector: text(index),
      packets: '1 packets',
      born: 1000 * index,
      ...(index < 6 && { died: 900 * packets, reason: 'rekeyed' }),
      pair: index ^ 1,
      chain: index % 4,
    }),
  );
  const commands = (host: number): CommandData[] =>
    Array.from({ length: Math.ceil(lines / 200) }, (_, index) => ({
      line: text(index),
      t: 2000 * index + host,
      until: 2000 * index + 900,
      status: index % 3,
      output: Array.from({ length: 100 }, (__, line) => ({ text: text(line), t: 2000 * index + line })),
    }));
  return {
    start: '2025-06-15T12:00:00.000000Z',
    end: packets * 1000,
    hosts,
    links: ['wan'],
    ladder,
    sas,
    consoles: hosts.map((host, index) => ({
      host,
      commands: commands(index),
      diff: [
        { sign: '-', text: text(1), marks: [[0, 2]] },
        { sign: '+', text: text(2), marks: [[0, 2]] },
      ],
    })),
    logs: [{ name: 'west.log', host: 'west', lines: [text(1), text(2)], times: [[0, 1000]] }],
  };
}

export function testData(made: LabData, text: (index: number) => string = (index) => `words ${index}`): TestData {
  return {
    version: 1,
    suite: 'made',
    name: text(0),
    word: 'major',
    meaning: text(1),
    description: text(2),
    expected: false,
    facts: [
      ['hosts', text(2)],
      ['time', text(3)],
    ],
    commands: [['run it again', text(4)]],
    issues: [
      {
        kind: 'output-different',
        word: 'minor',
        message: text(5),
        where: [text(6)],
        t: 3000,
        excerpt: [{ sign: '+', text: text(7) }],
      },
    ],
    checks: [{ what: text(8), where: text(9), expected: text(10), received: text(11), passed: false, t: 1000 }],
    downloads: [{ name: 'links.pcapng', href: 'files/1/links.pcapng', bytes: 10 }],
    lab: made,
    notes: [text(12)],
  };
}

type Text = (index: number) => string;
const plain: Text = (index) => `words ${index}`;

/** A run among others: some go on, some have pages. */
export function runLine(index: number, text: Text = plain): SuiteRun {
  return {
    id: `2026-01-0${1 + (index % 9)}_${text(index)}`,
    started: `2026-01-0${1 + (index % 9)}T10:00:00.000Z`,
    state: (['complete', 'running', 'stopped'] as const)[index % 3] ?? 'complete',
    ...(index % 4 > 0 && { href: 'index.html' }),
    command: text(index),
    suites: ['made', text(index + 1)],
    words: [
      ['major', 1 + index],
      ['unsupported', 30],
      ['passed', 1000 + index],
    ],
    passedAdapted: 3,
    categories: [['core', 1 + index], ...(index % 2 === 0 ? [['memory-leak', 7] as const] : [])],
    scenarios: 1200,
    wallMs: 100_000,
    virtualMs: 7_000_000,
    cpuMs: 90_000,
    versions: [
      ['kernel', [text(index + 2)]],
      [text(index + 3), [text(index + 4), text(index + 5)]],
    ],
    changes: index % 2 === 0 ? { 'newly failing': 2, 'newly passing': 1 } : {},
  };
}

export function runsData(count: number, text: Text = plain): RunsData {
  return { version: 1, runs: Array.from({ length: count }, (_, index) => runLine(index, text)) };
}

/** More than two of them are compared where `many` says so. */
export function compareData(text: Text = plain, many = false): CompareData {
  const runs = Array.from({ length: 4 }, (_, index) => runLine(index + 1, text));
  const [before, now] = runs as [SuiteRun, SuiteRun];
  const pairs = (test: string, was: 'passed' | 'minor', is: 'passed' | 'minor' | 'leak') =>
    [0, 1, 2].map((index) => ({ test: `made:${test} ${index}`, before: was, now: is, why: text(index) }));
  return {
    version: 1,
    choices: runs,
    ...(many && { several: severalRuns(runs, text) }),
    found: {
      before,
      now,
      common: 1142,
      world: [[text(1), text(2), text(3)]],
      changes: [
        { change: 'newly failing', tests: pairs(text(4), 'passed', 'leak') },
        { change: 'changed', tests: pairs(text(5), 'minor', 'leak') },
        { change: 'newly passing', tests: pairs(text(6), 'minor', 'passed') },
      ],
      slower: [{ test: text(7), beforeMs: 1000, nowMs: 4000 }],
      onlyBefore: [text(8)],
      onlyNow: [text(9), text(10)],
    },
  };
}

function severalRuns(runs: readonly SuiteRun[], text: Text): NonNullable<CompareData['several']> {
  const words = ['passed', null, 'leak', 'minor'] as const;
  return { runs, common: 1142, tests: [0, 1, 2].map((index) => ({ test: `made:${text(index)} ${index}`, words })) };
}

/** The past of a suite in as many runs; its tests are called by numbers. */
export function historyData(runs: number, text: Text = plain): HistoryData {
  const word = (index: number) => (['passed', 'passed', 'minor', 'unresolved'] as const)[index % 4] ?? 'passed';
  const tests = Array.from({ length: 5 }, (_, test) => ({
    name: `${text(test)} ${test}`,
    flips: 1 + test,
    firstBad: 2,
    lastGood: 1,
    points: Array.from({ length: runs }, (__, index) => ({
      run: index,
      word: word(index + test),
      ...(index % 4 === 2 && { change: 'newly failing' as const }),
      wallMs: 4000 + 100 * index,
      virtualMs: 70_000 + 5000 * (index % 7),
      cpuMs: 3000,
      seed: '1',
      ...(index % 4 === 2 && { categories: ['core', 'differing-sa'] as const }),
      ...(index % 3 === 0 && { world: 0 }),
    })),
  }));
  return {
    version: 1,
    suites: [
      {
        suite: 'made',
        runs: Array.from({ length: runs }, (_, index) => runLine(index, text)),
        total: 1142,
        tests,
        worlds: [[[text(1), text(2), text(3)]]],
      },
    ],
  };
}

/** A made report in a folder that goes with the test. Its data stands there as it is, not made harmless. */
export class MadeReport {
  readonly dir: string;

  constructor(t: TestContext) {
    this.dir = mkdtempSync(join(tmpdir(), 'espalier-pages-'));
    t.after(() => rmSync(this.dir, { recursive: true, force: true }));
    copyPage(this.dir);
  }

  /** The page begins with all runs, as a server's does. */
  ofRuns(): this {
    return this.write('index.html', startPage('runs'));
  }

  add(name: string, data: unknown): this {
    return this.write(`data/${name}.js`, `espalierData(${JSON.stringify(name)},${JSON.stringify(data)});\n`);
  }

  write(path: string, text: string): this {
    const file = join(this.dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return this;
  }

  url(hash = ''): string {
    return `${pathToFileURL(join(this.dir, 'index.html')).href}${hash}`;
  }
}
