import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../src/base/deadline.ts';
import { writeAtomic } from '../../../../src/base/files.ts';
import { visible } from '../../../../src/base/visible.ts';
import type { RunData, TestData } from '../../../../src/report/page/data.ts';
import type {
  CompareData,
  FoundDifferences,
  HistoryData,
  RunLine,
  RunsData,
  SuiteHistory,
} from '../../../../src/report/page/data-of-runs.ts';
import { startServer } from '../../../../src/report/serve/server.ts';
import { packAttempt } from '../../../../src/store/attempt-archive.ts';
import { appendLiveResult, beginLiveResults } from '../../../../src/store/live-results.ts';
import { RunFolder } from '../../../../src/store/run-folder.ts';
import { lockRun } from '../../../../src/store/run-lock.ts';
import { rebuildResults } from '../../../../src/store/run-results.ts';
import { writeSampleRun } from '../../store/index/sample-run.ts';

const hostile = '<script>alert(1)</script>\u009b%2f\u202e?#&';

interface Served {
  readonly runs: string;
  readonly port: number;
}

async function serve(t: TestContext, token?: string): Promise<Served> {
  const runs = mkdtempSync(join(tmpdir(), 'espalier-serve-'));
  const { server, port } = await startServer({
    runs,
    host: '127.0.0.1',
    port: 0,
    token,
    rerunOf: () => ({ options: [], paths: {} }),
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(runs, { recursive: true, force: true });
  });
  return { runs, port };
}

type Headers = Readonly<Record<string, string>>;

/** Sends a path exactly as it is given. */
function ask({ port }: Served, path: string, headers: Headers = {}, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, method }, resolve).on('error', reject).end();
  });
}

async function get(
  served: Served,
  path: string,
  headers?: Headers,
): Promise<{ status: number; type: string; body: string }> {
  const response = await ask(served, path, headers);
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body };
}

/** What a data file hands over. */
async function dataOf<T>(served: Served, path: string): Promise<T> {
  const { body, type } = await get(served, path);
  assert.equal(type, 'text/javascript; charset=utf-8', path);
  return JSON.parse(/^espalierData\("[a-z0-9/]+",(.*)\);\n$/.exec(body)?.[1] ?? body) as T;
}

test('runs, comparisons and histories are the same to pages and to programs, and names are found as pages show them', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { [hostile]: 'passed', b: 'passed' } });
  writeSampleRun(served.runs, { id: 'r2', words: { [hostile]: 'minor', b: 'passed' }, kernel: 'k2' });
  const { body } = await get(served, '/api/runs');
  assert.deepEqual(
    (JSON.parse(body) as RunLine[]).map(({ id, words, href, state }) => [id, words, href, state]),
    [
      [
        'r2',
        [
          ['minor', 1],
          ['passed', 1],
        ],
        '/runs/r2/',
        'complete',
      ],
      ['r1', [['passed', 2]], '/runs/r1/', 'complete'],
    ],
  );
  assert.deepEqual(
    (await dataOf<RunsData>(served, '/data/runs.js')).runs.map(({ href }) => href),
    ['runs/r2/', 'runs/r1/'],
  );
  assert.equal((await get(served, '/api/suites')).body, '["s"]\n');
  const shown = visible(hostile);
  for (const name of [hostile, shown]) {
    const path = `/data/history.js?${new URLSearchParams({ suite: 's', test: name })}`;
    const { suites } = await dataOf<HistoryData>(served, path);
    assert.deepEqual(
      suites[0]?.tests.map((one) => [one.name, one.flips, one.firstBad]),
      [[shown, 1, 1]],
    );
    assert.deepEqual(suites[0]?.worlds, [[['kernel', 'k1', 'k2']]]);
  }
  const suite = await get(served, '/api/suites/s');
  assert.deepEqual(
    (JSON.parse(suite.body) as SuiteHistory).tests.map(({ name }) => name),
    [shown],
  );
  const past = await get(served, `/api/history/s/${encodeURIComponent(hostile)}`);
  assert.equal((JSON.parse(past.body) as SuiteHistory).tests[0]?.points.length, 2);
  assert.equal((await get(served, '/api/history/s/none')).status, 404);
  const { found, choices } = await dataOf<CompareData>(served, '/runs/r2/data/compare.js');
  assert.deepEqual(
    choices.map(({ id }) => id),
    ['r2', 'r1'],
  );
  assert.equal(found?.before.href, '../r1/');
  assert.deepEqual(found?.world, [['kernel', 'k1', 'k2']]);
  assert.deepEqual(
    found?.changes[0]?.tests.map(({ test: name, now }) => [name, now]),
    [[`s:${shown}`, 'minor']],
  );
  const asked = await get(served, '/api/compare?before=r2&now=r1');
  assert.deepEqual((JSON.parse(asked.body) as FoundDifferences).changes[2]?.tests.length, 1);
});

test('a run has its page, made from its folder as it is now; its files are text or saved, and nothing else is there', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { a: 'passed', b: 'minor' } });
  const run = join(served.runs, 'r1');
  const secret = join(served.runs, 'secret');
  writeFileSync(secret, 'secret');
  for (const name of ['kernel.log', 'files/x.html', 'files/x.log']) {
    writeAtomic(join(run, 'attempts/s/a/0', name), hostile);
  }
  symlinkSync(secret, join(run, 'attempts/s/a/0/files/link'));
  symlinkSync(secret, join(run, 'attempts/s/b/0/kernel.log'));
  const { tests, beside, home, live } = await dataOf<RunData>(served, '/runs/r1/data/run.js');
  assert.deepEqual(
    tests.map(({ name, page }) => [name, page]),
    [
      ['a', 'test/00000'],
      ['b', 'test/00001'],
    ],
  );
  assert.deepEqual([beside, home, live], [['compare', 'history'], '../../', undefined]);
  const { downloads } = await dataOf<TestData>(served, '/runs/r1/data/test/00000.js');
  assert.deepEqual(
    downloads.map(({ href }) => href),
    ['files/00000/links.pcapng', 'files/00000/x.log.txt', 'files/00000/kernel.log.txt'],
  );
  const html = 'text/html; charset=UTF-8';
  const text = 'text/plain; charset=utf-8';
  const cases = [
    ['/', 200, html],
    ['/report.js', 200, 'text/javascript; charset=utf-8'],
    ['/runs/r1/', 200, html],
    ['/runs/r1', 302],
    ['/runs/r1/report.css', 200, 'text/css; charset=utf-8'],
    ['/runs/r1/icon.svg', 200, 'image/svg+xml'],
    ['/runs/r1/run.json', 404],
    ['/runs/r1/data/test/0.js', 404],
    ['/runs/r1/data/test/00002.js', 404],
    ['/runs/r1/files/00000/kernel.log.txt', 200, text],
    ['/runs/r1/files/00000/none', 404],
    ['/runs/r1/files/00001/kernel.log.txt', 404],
    ['/runs/r1/attempts/s/a/0/files/x.html', 200, 'application/octet-stream'],
    ['/runs/r1/attempts/s/a/0/files/x.log', 200, text],
    ['/runs/r1/attempts/s/a/0/files/link', 404],
    ['/runs/r1/attempts/../../secret', 404],
    ['/runs/r1/attempts/%2e%2e/%2e%2e/secret', 404],
    ['/runs/r1/attempts/..%2f..%2fsecret', 404],
    ['/runs/../secret/', 404],
    ['/runs/%2e%2e/attempts/secret', 404],
    ['/runs/r1%2f..%2fr1/', 404],
    ['/secret', 404],
    ['/..%2fsecret', 404],
  ] as const;
  for (const [path, status, type] of cases) {
    const answer = await get(served, path);
    assert.equal(answer.status, status, path);
    assert.ok(!answer.body.includes('secret'), path);
    if (type !== undefined) assert.equal(answer.type, type, path);
  }
  const { headers } = await ask(served, '/runs/r1/attempts/s/a/0/records', {}, 'HEAD');
  assert.equal(headers['content-disposition'], 'attachment');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
});

test('files of a packed attempt are served from its archive, and of a pruned one it is said why they are no more', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { a: 'passed', b: 'passed' } });
  const [packed, pruned] = ['a', 'b'].map((name) => join(served.runs, 'r1/attempts/s', name, '0'));
  assert.ok(packed !== undefined && pruned !== undefined);
  writeAtomic(join(packed, 'files/a b.log'), hostile);
  await packAttempt(packed);
  writeAtomic(join(pruned, 'pruned.json'), '{"version":1,"date":"2026-11-26T00:00:00Z","rule":"--older-than 30d"}');
  rmSync(join(pruned, 'records'));
  const cases = [
    ['a/0/files/a%20b.log', 200, 'text/plain; charset=utf-8', hostile],
    ['a/0/records', 200, 'application/octet-stream', 'x'.repeat(4000)],
    ['a/0/attempt.json', 200, 'text/plain; charset=utf-8'],
    ['a/0/artifacts.tar.zst', 200, 'application/octet-stream'],
    ['a/0/files%2f..%2frecords', 404],
    ['a/0/files', 404],
    ['a/0/%ff', 404],
    ['b/0/records', 410, 'text/plain; charset=UTF-8', 'pruned on 2026-11-26 by --older-than 30d\n'],
    ['b/0/verdict.json', 200, 'text/plain; charset=utf-8'],
  ] as const;
  for (const [path, status, type, body] of cases) {
    const answer = await get(served, `/runs/r1/attempts/s/${path}`);
    assert.equal(answer.status, status, path);
    if (type !== undefined) assert.equal(answer.type, type, path);
    if (body !== undefined) assert.equal(answer.body, body, path);
  }
});

test('only reading is answered, and without a token only under a name of loopback', async (t) => {
  const served = await serve(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    assert.equal((await ask(served, '/', {}, method)).statusCode, 405, method);
  }
  const hosts: Readonly<Record<string, number>> = {
    localhost: 200,
    'localhost:1': 200,
    '[::1]:80': 200,
    '127.0.0.2': 200,
    'evil.example': 403,
    'localhost.evil.example': 403,
    '127.0.0.1.evil.example': 403,
  };
  for (const [host, status] of Object.entries(hosts))
    assert.equal((await get(served, '/', { host })).status, status, host);
});

test('with a token every request needs it; in an address it becomes a cookie', async (t) => {
  const served = await serve(t, 'right');
  const cases: readonly (readonly [path: string, headers: Headers, status: number])[] = [
    ['/', {}, 401],
    ['/?token=wrong', {}, 401],
    ['/?token=', {}, 401],
    ['/api/runs', { authorization: 'Bearer right' }, 200],
    ['/api/runs', { authorization: 'Bearer righ' }, 401],
    ['/', { cookie: 'a=b; espalier-token=right' }, 200],
    ['/', { cookie: 'x-espalier-token=right' }, 401],
  ];
  for (const [path, headers, status] of cases)
    assert.equal((await get(served, path, headers)).status, status, JSON.stringify([path, headers]));
  const { statusCode, headers } = await ask(served, '/api/runs?token=right');
  assert.deepEqual([statusCode, headers.location], [303, '/api/runs']);
  assert.match(String(headers['set-cookie']), /^espalier-token=right; Path=\/; HttpOnly; SameSite=Strict$/);
});

test('a live run is followed: what is there, what comes, its end, and from where a browser was', async (t) => {
  const served = await serve(t);
  const { results } = writeSampleRun(served.runs, {
    id: 'r1',
    words: { a: 'passed', b: 'minor', c: 'passed' },
    ended: false,
  });
  const run = join(served.runs, 'r1');
  using _lock = await lockRun(run, 'run');
  const [a, b, c] = results;
  assert.ok(a && b && c);
  beginLiveResults(run, [a]);
  const response = await ask(served, '/api/runs/r1/events');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const names = (): string[] => [...text.matchAll(/"name":"(\w+)"/g)].map(([, name = '']) => name);
  const comes = (count: number) =>
    until(() => names().length === count, { what: `${count} results`, timeoutMs: 60_000 });
  await comes(1);
  appendLiveResult(run, b);
  await comes(2);
  assert.match(text, /event: state\ndata: \{"pending":1,"running":\["c"\]/);
  const id = /id: (\S+)/.exec(text)?.[1] ?? '';
  appendFileSync(join(run, 'results.jsonl'), '{"torn');
  RunFolder.open(run).writeResults(rebuildResults(RunFolder.open(run)));
  await until(() => text.endsWith('event: end\ndata: {}\n\n'), { what: 'the end', timeoutMs: 60_000 });
  assert.deepEqual(names(), ['a', 'b']);
  assert.ok(existsSync(join(run, 'results.json')));
  const again = await get(served, '/api/runs/r1/events', { 'last-event-id': id });
  assert.deepEqual(
    [...again.body.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name),
    ['b'],
  );
});

test('what cannot be read while a page follows a run ends that stream, and the server lives', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'good', words: { a: 'passed' } });
  writeSampleRun(served.runs, { id: 'r1', words: { a: 'passed', b: 'passed' }, ended: false });
  const run = join(served.runs, 'r1');
  using _lock = await lockRun(run, 'run');
  beginLiveResults(run, []);
  const all = await ask(served, '/api/events');
  t.after(() => all.destroy());
  const response = await ask(served, '/api/runs/r1/events');
  const closed = new Promise((resolve) => response.once('close', resolve).resume());
  writeFileSync(join(run, 'results.jsonl'), 'null\n');
  rmSync(join(run, 'attempts'), { recursive: true });
  writeFileSync(join(run, 'attempts'), '');
  assert.equal((await get(served, '/runs/r1/data/run.js')).status, 200);
  rmSync(join(run, 'results.jsonl'));
  mkdirSync(join(run, 'results.jsonl'));
  await closed;
  assert.equal((await get(served, '/runs/r1/data/run.js')).status, 500);
  assert.equal((await get(served, '/api/runs/r1')).status, 500);
  assert.deepEqual(
    (JSON.parse((await get(served, '/api/runs')).body) as RunLine[]).map(({ id }) => id),
    ['good'],
  );
  assert.equal((await get(served, '/runs/good/data/run.js')).status, 200);
});

test('answers of plain HTTP do not ask for HTTPS', async (t) => {
  const served = await serve(t);
  assert.equal((await ask(served, '/')).headers['strict-transport-security'], undefined);
});

test('a run whose process was killed is stopped, and has an end', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { a: 'passed', b: 'passed' }, ended: false });
  const run = join(served.runs, 'r1');
  rmSync(join(run, 'attempts/s/b'), { recursive: true });
  const stateOf = async (): Promise<unknown> => JSON.parse((await get(served, '/api/runs')).body)[0].state;
  {
    using _lock = await lockRun(run, 'run');
    assert.equal(await stateOf(), 'running');
  }
  // A process that is no more, and one that got the number of it.
  for (const holder of ['run 4194304 1', `run ${process.pid} 1`]) {
    writeFileSync(join(run, 'lock'), `${holder}\n`);
    assert.equal(await stateOf(), 'stopped', holder);
  }
  assert.match((await get(served, '/api/runs/r1/events')).body, /event: end\n/);
});
