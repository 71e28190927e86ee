import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../../src/base/errors.ts';
import type { Matchers } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import { fakeLab } from '../fake-lab.ts';

/** As a file that nobody checks the types of may ask; without an SA that has the property, the opposite would always hold. */
const asked: readonly (readonly [message: RegExp, ask: (it: Matchers) => Promise<void>])[] = [
  [/^an SA has no property encripted; it has direction, protocol, /, (it) => it.toHaveSa({ encripted: 'x' } as object)],
  [/^a policy has no property spi; it has /, (it) => it.toHavePolicy({ spi: 7 } as object)],
  [/^an event expire has no property newPort; it has hard, /, (it) => it.toSeeXfrm('expire', { newPort: 7 })],
  [/^an event mapping has no property hard; it has /, (it) => it.toSeeXfrm('mapping', { hard: true })],
  [/^an event acquire has no property spi; it has /, (it) => it.toSeeXfrm('acquire', { spi: 7 })],
];

for (const [message, ask] of asked) {
  test(`a property that nothing can have is a mistake: ${message.source}`, async () => {
    const { west, expect, checks } = fakeLab();
    for (const it of [expect(west), expect(west).not]) {
      await assert.rejects(
        async () => ask(it),
        (error) =>
          error instanceof EspalierError &&
          error.fault === 'scenario' &&
          error.detail.host === 'west' &&
          message.test(error.message),
      );
    }
    assert.deepEqual(checks, []);
  });
}
