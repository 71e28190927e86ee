import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../../src/base/files.ts';
import { BlobCache } from '../../../src/farm/wire/blob-cache.ts';
import { FarmClient } from '../../../src/farm/wire/client.ts';

/** A client of a server that answers as the test says. */
async function clientOf(t: TestContext, answer: RequestListener): Promise<FarmClient> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new FarmClient({ origin, token: 'secret-token' }, { patienceMs: 60_000 });
}

test('trouble with a file of this machine is told at once, as what it is', async (t) => {
  let asked = 0;
  const client = await clientOf(t, (request, response) => {
    asked += 1;
    request.resume();
    request.on('error', () => {});
    response.end('content');
  });
  const missing = join(tmpdir(), 'espalier-there-is-none', 'x');
  const sending = client.send({ method: 'PUT', path: '/x', size: 10, body: () => createReadStream(missing) });
  await assert.rejects(sending, { fault: 'infrastructure', message: /^a file cannot be read or written here: ENOENT/ });
  const taking = client.bytes({ path: '/x' }, (response) => pipeline(response, createWriteStream(missing)));
  await assert.rejects(taking, { fault: 'infrastructure', message: /^a file cannot be read or written here: ENOENT/ });
  assert.ok(asked <= 2, `${asked}`);
});

test('a farm that breaks a connection or says 503 is asked again', async (t) => {
  let asked = 0;
  const client = await clientOf(t, (request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else response.writeHead(asked === 2 ? 503 : 200).end('{"error":"later"}');
  });
  await client.send({ path: '/x' });
  assert.equal(asked, 3);
});

test('a full cache loses what nobody uses, with all that was laid out of it', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-blobs-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const contents = new Map(['a', 'b', 'c'].map((letter) => [letter, Buffer.alloc(1000, letter)]));
  const client = await clientOf(t, (request, response) => {
    response.end([...contents.values()].find((bytes) => request.url?.endsWith(sha256(bytes))));
  });
  const cache = new BlobCache(dir, 1500);
  const signal = new AbortController().signal;
  const fetchWith = (use: ReturnType<BlobCache['use']>, letter: string) =>
    use.fetch({ sha256: sha256(contents.get(letter) ?? Buffer.of()), name: letter }, signal);
  using long = cache.use(client);
  const used = await fetchWith(long, 'a');
  let unused = '';
  {
    using short = cache.use(client);
    unused = await fetchWith(short, 'b');
  }
  const own = await fetchWith(long, 'c');
  assert.deepEqual([used, unused, own].map(existsSync), [true, false, true]);
});
