import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../src/base/deadline.ts';
import { writeAtomic } from '../../../src/base/files.ts';
import { startServer } from '../../../src/serve/server.ts';
import { packAttempt } from '../../../src/store/attempt-archive.ts';
import { appendLiveResult, beginLiveResults } from '../../../src/store/live-results.ts';
import { RunFolder } from '../../../src/store/run-folder.ts';
import { writeSampleRun } from '../store/index/sample-run.ts';

const hostile = '<script>alert(1)</script>';

interface Served {
  readonly runs: string;
  readonly port: number;
}

async function serve(t: TestContext, token?: string): Promise<Served> {
  const runs = mkdtempSync(join(tmpdir(), 'espalier-serve-'));
  const { server, port } = await startServer({ runs, host: '127.0.0.1', port: 0, token });
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

test('runs and history are served as JSON and as pages on which names are text', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { [hostile]: 'passed' } });
  writeSampleRun(served.runs, { id: 'r2', words: { [hostile]: 'minor' } });
  const { body } = await get(served, '/api/runs');
  assert.deepEqual(
    (JSON.parse(body) as { id: string; totals: unknown }[]).map(({ id, totals }) => [id, totals]),
    [
      ['r1', { passed: 1 }],
      ['r2', { minor: 1 }],
    ],
  );
  const path = `/s/${encodeURIComponent(hostile)}`;
  assert.equal((JSON.parse((await get(served, `/api/history${path}`)).body) as { firstBad: string }).firstBad, 'r2');
  const page = await get(served, `/history${path}`);
  assert.match(page.body, /&lt;script&gt;alert/);
  assert.doesNotMatch(page.body, /<script/);
  assert.match((await get(served, '/')).body, /href="\/runs\/r2\/report\/index\.html"/);
  assert.equal((JSON.parse((await get(served, '/api/runs/r2')).body) as { complete: boolean }).complete, true);
  assert.equal((await get(served, '/api/history/s/none')).status, 404);
});

test('files of a report are shown, artifacts are text or saved, and nothing else is there', async (t) => {
  const served = await serve(t);
  writeSampleRun(served.runs, { id: 'r1', words: { a: 'passed' } });
  const run = join(served.runs, 'r1');
  const secret = join(served.runs, 'secret');
  writeFileSync(secret, 'secret');
  for (const name of [
    'report/index.html',
    'report/files/evil.html',
    'attempts/s/a/0/files/x.html',
    'attempts/s/a/0/files/x.log',
  ]) {
    writeAtomic(join(run, name), hostile);
  }
  symlinkSync(secret, join(run, 'attempts/s/a/0/files/link'));
  const cases = [
    ['/runs/r1/report/index.html', 200, 'text/html; charset=utf-8'],
    ['/runs/r1/report/files/evil.html', 200, 'application/octet-stream'],
    ['/runs/r1/attempts/s/a/0/files/x.html', 200, 'application/octet-stream'],
    ['/runs/r1/attempts/s/a/0/files/x.log', 200, 'text/plain; charset=utf-8'],
    ['/runs/r1/attempts/s/a/0/files/link', 404],
    ['/runs/r1/attempts/../../secret', 404],
    ['/runs/r1/attempts/%2e%2e/%2e%2e/secret', 404],
    ['/runs/../secret/report/index.html', 404],
    ['/runs/%2e%2e/attempts/secret', 404],
    ['/runs/r1%2f..%2fr1/report/index.html', 404],
    ['/secret', 404],
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
    ['a/0/files/../records', 404],
    ['a/0/files', 404],
    ['a/0/%ff', 404],
    ['b/0/records', 410, 'text/plain; charset=utf-8', 'pruned on 2026-11-26 by --older-than 30d\n'],
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
  assert.match(String(headers['set-cookie']), /^espalier-token=right; HttpOnly; SameSite=Strict/);
});

test('a live run is followed: what is there, what comes, its end, and from where a browser was', async (t) => {
  const served = await serve(t);
  const { results } = writeSampleRun(served.runs, {
    id: 'r1',
    words: { a: 'passed', b: 'minor', c: 'passed' },
    ended: false,
  });
  const run = join(served.runs, 'r1');
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
  const id = /id: (\S+)/.exec(text)?.[1] ?? '';
  appendFileSync(join(run, 'results.jsonl'), '{"torn');
  RunFolder.open(run).writeResults(RunFolder.open(run).rebuild());
  await until(() => text.endsWith('event: end\ndata: {}\n\n'), { what: 'the end', timeoutMs: 60_000 });
  assert.deepEqual(names(), ['a', 'b']);
  assert.ok(existsSync(join(run, 'results.json')));
  const again = await get(served, '/api/runs/r1/events', { 'last-event-id': id });
  assert.deepEqual(
    [...again.body.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name),
    ['b'],
  );
});
