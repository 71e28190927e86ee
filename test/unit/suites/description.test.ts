import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { descriptionOf, textOfHtml } from '../../../src/suites/description.ts';

test('a description is the text of its file, cut where it is no description any more', () => {
  assert.equal(descriptionOf(Buffer.from('\n two hosts\n\n and a tunnel \n\n')), 'two hosts\n\n and a tunnel');
  assert.equal(descriptionOf(Buffer.from(' \n')), undefined);
  assert.equal(descriptionOf(Buffer.from([0x61, 0xff])), 'a\ufffd');
  assert.equal(descriptionOf(Buffer.alloc(1_000_000, 'x'))?.length, 8000);
});

const table: readonly (readonly [html: string, text: string])[] = [
  ['Host <b>moon</b>\nhas two.', 'Host moon has two.'],
  ['one\n<p/>\ntwo<p>three', 'one\n\ntwo\n\nthree'],
  ['all:<ul> <li>first</li>\n<li>second</li></ul> and', 'all:\n\n- first\n- second\n\nand'],
  ['a<br/>b', 'a\nb'],
  ['1 &lt; 2 &amp;amp; &unknown; &constructor;', '1 < 2 &amp; &unknown; &constructor;'],
  ['<a href="https://example.org/">RFC 7296</a>, if 3 < 4 and 5 > 4', 'RFC 7296, if 3 < 4 and 5 > 4'],
];

for (const [html, text] of table) test(`as text: ${JSON.stringify(html)}`, () => assert.equal(textOfHtml(html), text));

test('text that was written as HTML comes back as it was, but for its spaces', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', 'p', '/', ' ', '&', ';', 'lt', '\n') }), (text) => {
      const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      assert.equal(textOfHtml(html), text.replace(/\s+/g, ' ').trim());
    }),
  );
});
