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
import { copyPage } from '../../../src/report/page/write-report.ts';

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

/** A made report in a folder that goes with the test. Its data stands there as it is, not made harmless. */
export class MadeReport {
  readonly dir: string;

  constructor(t: TestContext) {
    this.dir = mkdtempSync(join(tmpdir(), 'espalier-pages-'));
    t.after(() => rmSync(this.dir, { recursive: true, force: true }));
    copyPage(this.dir);
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
