import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { writeAtomic } from '../../../../src/base/files.ts';
import { clearDerived, Derived } from '../../../../src/session/judging/derived.ts';
import { packAttempt, unpackAttempt } from '../../../../src/store/attempt-archive.ts';
import { attemptFileNames, readAttemptFile } from '../../../../src/store/attempt-files.ts';
import { archiveName } from '../../../../src/store/open-archive.ts';

type Texts = Readonly<Record<string, string>>;

/** An attempt with records and some files below `derived/`. */
function attemptWith(t: TestContext, texts: Texts): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-derived-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeAtomic(join(dir, 'records'), 'frames');
  for (const [name, text] of Object.entries(texts)) writeAtomic(join(dir, 'derived', name), text);
  return dir;
}

async function judgedTo(dir: string, texts: Texts): Promise<void> {
  const derived = new Derived();
  for (const [name, text] of Object.entries(texts)) derived.put(name, text);
  await derived.write(dir);
}

function derivedOf(dir: string): Texts {
  const names = [...attemptFileNames(dir, 'derived')];
  return Object.fromEntries(names.map((name) => [name, readAttemptFile(dir, `derived/${name}`)?.toString() ?? '']));
}

const sorted = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));

test('whatever an earlier judgement left, plain or packed, the files of the new one are there and no others', async (t) => {
  const texts = fc.dictionary(fc.constantFrom('a.txt', 'b.txt', 'c.diff'), fc.constantFrom('', 'one', 'two'));
  const states = fc.constantFrom('plain', 'packed', 'both');
  await fc.assert(
    fc.asyncProperty(texts, texts, texts, states, async (packed, plain, now, state) => {
      const dir = attemptWith(t, state === 'plain' ? {} : packed);
      if (state !== 'plain') await packAttempt(dir);
      if (state !== 'packed')
        for (const [name, text] of Object.entries(plain)) writeAtomic(join(dir, 'derived', name), text);
      await judgedTo(dir, now);
      assert.deepEqual(derivedOf(dir), sorted(now));
      await packAttempt(dir);
      assert.deepEqual(derivedOf(dir), sorted(now));
      await unpackAttempt(dir);
      assert.deepEqual(derivedOf(dir), sorted(now));
      assert.equal(readFileSync(join(dir, 'records'), 'utf8'), 'frames');
    }),
    { numRuns: 60 },
  );
});

test('a judgement that says the same writes nothing', async (t) => {
  const dir = attemptWith(t, {});
  const texts = { 'west.console.txt': 'text', 'west.console.diff': '' };
  await judgedTo(dir, texts);
  const stamp = (name: string): bigint => statSync(join(dir, name), { bigint: true }).ino;
  const before = stamp('derived/west.console.txt');
  await judgedTo(dir, texts);
  assert.equal(stamp('derived/west.console.txt'), before);
  await packAttempt(dir);
  const archive = stamp(archiveName);
  await judgedTo(dir, texts);
  assert.equal(existsSync(join(dir, 'derived/west.console.txt')), false);
  assert.equal(stamp(archiveName), archive);
});

test('what `espalier pcap` wrote outlives a judgement', async (t) => {
  const dir = attemptWith(t, { 'links.pcapng': 'p', 'links.wireshark/esp_sa': '', 'old.txt': 'x' });
  await judgedTo(dir, { 'new.txt': 'y' });
  assert.deepEqual([...attemptFileNames(dir, 'derived')], ['links.pcapng', 'links.wireshark/esp_sa', 'new.txt']);
  clearDerived(dir);
  assert.deepEqual([...attemptFileNames(dir, 'derived')], ['links.pcapng', 'links.wireshark/esp_sa']);
});
