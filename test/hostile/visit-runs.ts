import { describeError, EspalierError } from '../../src/base/errors.ts';
import { startServer } from '../../src/report/serve/server.ts';
import { acceptCommand } from '../../src/session/commands/accept.ts';
import { compareCommand } from '../../src/session/commands/compare.ts';
import { historyCommand, reindexCommand } from '../../src/session/commands/history.ts';
import { pcapCommand } from '../../src/session/commands/pcap.ts';
import { pruneCommand } from '../../src/session/commands/prune.ts';
import { replayCommand } from '../../src/session/commands/replay.ts';
import { runCommand } from '../../src/session/commands/run.ts';
import { judgeCommand, reportCommand } from '../../src/session/commands/stored-run.ts';
import { walkTree } from './walk-tree.ts';

/** Notes what a command does: a watchdog hears of it, and what was printed is kept. */
export interface Visitor {
  /** Does one thing; `what` names it. Anything thrown but an EspalierError is a crash. Returns what was thrown. */
  visit(what: string, work: () => unknown): Promise<unknown>;
  /** Notes what is wrong besides. */
  problem(text: string): void;
  /** Text that a person would see. */
  saw(text: string): void;
}

const test = 'libreswan:bad';

/** Finds all verdicts of a run again. */
export async function judgeRun(output: string, id: string, visitor: Visitor): Promise<void> {
  await visitor.visit('judge', () => judgeCommand(id, { reporter: 'list', output }));
}

/** All other commands that read one run. Returns how many of those that make what it names were not refused. */
export async function visitRun(output: string, id: string, visitor: Visitor): Promise<number> {
  const stored = { reporter: 'list', output };
  await visitor.visit('report', () => reportCommand(id, { ...stored, full: true, history: true }));
  await visitor.visit('pcap', () => pcapCommand(id, test, { output }));
  await visitor.visit('compare', () => compareCommand([id, id, id], { by: 'wall', ratio: '2', output }));
  const raw = { status: 'good', seed: '1', retries: '0', repeatEach: '1', output, resume: id, reporter: 'dot' };
  // The last one changes the references that the others need as they were.
  const refused = [
    await visitor.visit('replay', () => replayCommand(id, test, { output })),
    await visitor.visit('run --resume', () => runCommand([], raw, ['resume', 'output', 'reporter'])),
    await visitor.visit('accept', () => acceptCommand(id, [], { yes: true, output })),
  ];
  return refused.filter((error) => error === undefined).length;
}

/** A command over a folder of runs: whatever is wrong with one of them, the others have it. */
async function visitAll(what: string, work: () => unknown, visitor: Visitor): Promise<void> {
  const error = await visitor.visit(what, work);
  if (error instanceof EspalierError) visitor.problem(`${what} gives up: ${describeError(error)}`);
}

/** All commands that read a folder of runs. */
export async function visitRuns(output: string, visitor: Visitor): Promise<void> {
  await visitAll('history', () => historyCommand('libreswan', { output }), visitor);
  await visitAll('reindex', () => reindexCommand({ output }), visitor);
}

/** What takes a folder of runs apart. */
export async function pruneAll(output: string, visitor: Visitor): Promise<void> {
  await visitAll('prune', () => pruneCommand({ output }), visitor);
  await visitAll('prune --remove', () => pruneCommand({ output, keepRuns: '0', remove: true }), visitor);
}

/** Every address of a server: of all runs, and of one of them with all its files. */
export async function visitServer(runs: string, ids: readonly string[], visitor: Visitor): Promise<void> {
  const rerunOf = () => ({ options: [], paths: {} });
  const { server, port } = await startServer({ runs, host: '127.0.0.1', port: 0, rerunOf });
  try {
    const ask = async (path: string): Promise<string> => {
      const answer = await get(`http://127.0.0.1:${port}/${path}`);
      visitor.saw(answer);
      return answer;
    };
    for (const path of ofAll) {
      const error = await visitor.visit(`serve ${path}`, async () => {
        const answer = await ask(path);
        if (!answer.startsWith('200 ')) visitor.problem(`serve /${path} answers ${answer.slice(0, 200)}`);
      });
      if (error !== undefined) visitor.problem(`serve /${path}: ${describeError(error)}`);
    }
    for (const path of addresses(runs, ids)) await visitor.visit(`serve ${path}`, () => ask(path));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Addresses of what all runs have in common: one broken run does not cost them. */
const ofAll = [
  '',
  'data/runs.js',
  'data/compare.js',
  'data/history.js?suite=libreswan',
  'api/runs',
  'api/suites',
  'api/suites/libreswan',
  'api/events',
];

function addresses(runs: string, ids: readonly string[]): string[] {
  const ofRun = [
    '',
    'data/run.js',
    'data/test/00000.js',
    'data/test/00001.js',
    'data/compare.js',
    'files/00000/kernel.log.txt',
  ];
  return ids.flatMap((id) => {
    const run = encodeURIComponent(id);
    const files = walkTree(`${runs}/${id}/attempts`).map(
      (name) => `attempts/${name.split('/').map(encodeURIComponent).join('/')}`,
    );
    return [
      ...[...ofRun, ...files.slice(0, 60)].map((path) => `runs/${run}/${path}`),
      `api/runs/${run}`,
      `api/runs/${run}/events`,
    ];
  });
}

/** Bytes of an answer that are looked at. */
const shown = 1024 * 1024;

/** The beginning of an answer; of a stream what comes first. */
async function get(address: string): Promise<string> {
  const response = await fetch(address, { redirect: 'manual' });
  const reader = response.body?.getReader();
  const most = response.headers.get('content-type')?.startsWith('text/event-stream') ? 1 : shown;
  let text = `${response.status} `;
  while (text.length <= most + 4) {
    const next = await reader?.read();
    if (next === undefined || next.done) return text;
    text += Buffer.from(next.value).toString('latin1');
  }
  await reader?.cancel();
  return text;
}

/** What a command threw that it should not have. */
export function crashOf(error: unknown): string | undefined {
  if (error instanceof EspalierError && error.fault !== 'bug') return undefined;
  return describeError(error);
}
