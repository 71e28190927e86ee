import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { type View, viewOf } from '../../../src/connection/view.ts';
import { least } from './samples.ts';

const [west, east] = least.ends;

test('a view is from the end on its host, with what that end has to itself', () => {
  const own = { child: { lifetime: 90 }, mobike: false } as const;
  const connection: Connection = { ...least, child: { replayWindow: 64 }, ends: [{ ...west, own }, east] };
  const [here, there] = ['west', 'east'].map((host) => viewOf(connection, host));
  assert.deepEqual([here?.local.host, here?.remote.host], ['west', 'east']);
  assert.deepEqual([there?.local.host, there?.remote.host], ['east', 'west']);
  assert.deepEqual([here?.connection.child, here?.connection.mobike], [{ replayWindow: 64, lifetime: 90 }, false]);
  assert.deepEqual([there?.connection.child, there?.connection.mobike], [{ replayWindow: 64 }, undefined]);
});

/** What is wrong, on which host it shows, and the message. */
const mistakes: readonly (readonly [Connection, string, RegExp])[] = [
  [least, 'north', /^connection hosts has no end on this host$/],
  [{ ...least, ike: { lifetime: 0 } }, 'east', /^connection hosts: ike\.lifetime must be whole seconds/],
  [
    { ...least, ends: [{ ...west, own: { child: { replayWindow: -1 } } }, east] },
    'west',
    /^connection hosts: child\.replayWindow must be from 0/,
  ],
];

for (const [connection, host, message] of mistakes) {
  test(`there is no view from ${host} where ${message.source} holds`, () => {
    assert.throws(
      () => viewOf(connection, host),
      (error) =>
        error instanceof EspalierError &&
        error.fault === 'scenario' &&
        error.detail.host === host &&
        message.test(error.message),
    );
  });
}

test('an end is not refused for what its peer has to itself', () => {
  const connection: Connection = { ...least, ends: [{ ...west, own: { ike: { lifetime: 0 } } }, east] };
  assert.equal(viewOf(connection, 'east').connection.ike, undefined);
});

test('nobody but viewOf makes a view', () => {
  // @ts-expect-error: the types refuse one that was not checked
  const view: View = { connection: least, local: west, remote: east };
  assert.ok(view);
});
