import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { encodeListing, type Listed, readListing } from '../../../../src/evidence/listings/listing.ts';
import { mutations } from '../mutations.ts';

/** What a listing says. */
export function listed(command: string, text: string): Listed {
  return readListing(encodeListing(command, text));
}

/** What holds of every form, given entries as its system prints them. */
export function properties(command: string, entries: readonly string[]): void {
  test(`${command}: entries are the same in any order`, () => {
    const sas = listed(command, entries.join('')).sas;
    const byText = (text: string) =>
      listed(command, text)
        .policies?.map(({ priority: _, ...rest }) => show(rest))
        .sort();
    const policies = byText(entries.join(''));
    assert.equal((sas ?? policies)?.length, entries.length);
    fc.assert(
      fc.property(fc.shuffledSubarray([...entries], { minLength: entries.length }), (shuffled) => {
        assert.deepEqual(listed(command, shuffled.join('')).sas, sas);
        assert.deepEqual(byText(shuffled.join('')), policies);
      }),
    );
  });

  test(`${command}: what is damaged is read or refused with a typed error`, () => {
    const bytes = entries.map((entry) => new TextEncoder().encode(entry));
    for (const damaged of mutations(bytes, { count: 2000, seed: 19 }))
      readOrRefuse(command, new TextDecoder().decode(damaged));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readOrRefuse(command, text)));
  });
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? String(one) : one));
}

function readOrRefuse(command: string, text: string): void {
  try {
    listed(command, text);
  } catch (error) {
    assert.ok(error instanceof EspalierError && error.fault === 'guest', String(error));
  }
}
