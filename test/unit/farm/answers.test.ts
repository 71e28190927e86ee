import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Route, respond } from '../../../src/farm/server/http.ts';
import { headers, protocol } from '../../../src/farm/wire/protocol.ts';

/** A farm whose routes the test makes; tells how often it refused. */
async function serve(t: TestContext, routes: readonly Route[]): Promise<{ origin: string; refusals: () => number }> {
  let refused = 0;
  const gate = {
    holderOf: async () => ({ name: 'w', role: 'worker' }) as never,
    refused: () => {
      refused += 1;
    },
  };
  const server = createServer((request, response) => void respond(routes, gate, { request, response }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, refusals: () => refused };
}

const greeting = { authorization: 'Bearer some-secret', [headers.protocol]: String(protocol) };
const failing = (error: object): Route => ({
  method: 'POST',
  path: '/x',
  roles: ['worker'],
  answer: () => Promise.reject(Object.assign(new Error('could not extend file'), error)),
});

const troubles: readonly (readonly [what: string, error: object, status: number, said: RegExp])[] = [
  ['no space', { code: '53100' }, 507, /^the farm's database has no space left: could not extend file$/],
  ['no memory', { code: '53200' }, 507, /no space left/],
  ['too many connections', { code: '53300' }, 503, /does not answer/],
  ['the server shuts down', { code: '57P01' }, 503, /does not answer/],
  ['the connection broke', { code: 'ECONNRESET' }, 503, /does not answer/],
];

test('trouble of the database is told as what it is, and is no refusal', async (t) => {
  for (const [what, error, status, said] of troubles) {
    const { origin, refusals } = await serve(t, [failing(error)]);
    const response = await fetch(`${origin}/x`, { method: 'POST', headers: greeting });
    assert.equal(response.status, status, what);
    assert.match(((await response.json()) as { error: string }).error, said, what);
    assert.equal(refusals(), 0, what);
  }
});

test('a body is read up to what its route takes, whether its length is announced or not', async (t) => {
  const taken: number[] = [];
  const answer: Route['answer'] = async ({ body }) => {
    let size = 0;
    for await (const bytes of body) size += bytes.length;
    taken.push(size);
    return { json: {} };
  };
  const { origin, refusals } = await serve(t, [{ method: 'PUT', path: '/x', roles: ['worker'], most: 10, answer }]);
  const put = async (size: number, announced: boolean): Promise<number> => {
    const bytes = new Uint8Array(size);
    const body = announced ? bytes : new Blob([bytes]).stream();
    return (await fetch(`${origin}/x`, { method: 'PUT', headers: greeting, body, duplex: 'half' } as RequestInit))
      .status;
  };
  for (const announced of [true, false])
    assert.deepEqual([await put(10, announced), await put(11, announced)], [200, 413], `${announced}`);
  assert.deepEqual([taken, refusals()], [[10, 10], 2]);
});
