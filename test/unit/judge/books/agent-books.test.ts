import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempt } from '../../../../src/evidence/attempt/attempt.ts';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame } from '../../../../src/evidence/records/writer.ts';
import { openBooks } from '../../../../src/judge/books/open-books.ts';
import type { StoredScenario } from '../../../../src/model/stored-scenario.ts';

const scenario: StoredScenario = {
  version: 2,
  format: 'scenario',
  suite: 's',
  name: 'n',
  cwd: '/',
  hosts: ['west'],
  links: ['wan', 'lan'],
  nics: [],
  steps: [],
};

/** What is open in an attempt with so many frames on its links, and with such books. */
function open(lines: readonly string[] | undefined, frames = { wan: 3, lan: 0 }, end = true): string[] {
  const written: Frame[] = [];
  if (lines !== undefined) {
    written.push({ type: recordType.books, time: 8n, payload: Buffer.from(lines.map((line) => `${line}\n`).join('')) });
  }
  if (end) written.push({ type: recordType.labEnd, time: 9n });
  const captures = Object.entries(frames).map(([name, count]): [string, Uint8Array] => {
    const packets = Array.from({ length: count }, (_, at) => ({ time: BigInt(at), frame: new Uint8Array(60) }));
    return [`links/${name}.pcapng`, writeCapture({ links: [{ name, packets }] })];
  });
  const files = new Map<string, Uint8Array>([...captures, ['records', encodeRecords(['west'], written)]]);
  const attempt = new Attempt({ read: (name) => files.get(name), names: () => files.keys() }, () => scenario);
  return openBooks(attempt).map(({ kind, file, message }) => `${kind} ${file} ${message}`);
}

const lan = 'link lan captured=0 received=0';
const even = ['link wan captured=3 received=3', lan, 'ring all lost=0'];
const wan = 'books-open links/wan.pcapng';

const table: readonly (readonly [title: string, lines: readonly string[] | undefined, found: readonly string[]])[] = [
  ['all is there', even, []],
  ['no books, as in earlier versions', undefined, []],
  ['a count is not known since an end of the link is gone', ['link wan captured=3', lan], []],
  [
    'frames are missing in a capture',
    ['link wan captured=4 received=4', lan],
    [`${wan} holds 3 frames, and 4 were written to it`],
  ],
  [
    'a capture has frames that nobody wrote',
    ['link wan captured=2 received=2', lan],
    [`${wan} holds 3 frames, and 2 were written to it`],
  ],
  [
    'frames were not captured',
    ['link wan captured=3 received=5', lan],
    [`${wan} 5 frames went over the link, and 3 were captured`],
  ],
  ['a frame came between the counts', ['link wan captured=3 received=2', lan], []],
  ['a link is not in the books', even.slice(1), [`${wan} the books of the lab do not have this link`]],
];

for (const [title, lines, found] of table) {
  test(`the books of the agent: ${title}`, () => assert.deepEqual(open(lines), found));
}

test('the books of a lab that was cut short are not compared', () => {
  assert.deepEqual(open(['link wan captured=9 received=9'], { wan: 3, lan: 0 }, false), []);
});
