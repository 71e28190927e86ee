import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html, page } from '../../../src/report/page.ts';
import { pageText, visible, visibleLine } from '../../../src/report/visible.ts';

test('control and format characters are spelled out, text stays', () => {
  assert.equal(visible('a\x1b[31mb\rc\x07\u202e\ttab\nü'), 'a\\x1b[31mb\\rc\\x07\\u202e\ttab\nü');
  assert.equal(visibleLine('a\nb\tc'), 'a\\nb c');
});

test('terminal sequences are dropped from pages', () => {
  const title = '\x1b]0;evil\x07';
  const link = '\x1b]8;;javascript:alert(1)\x1b\\text\x1b]8;;\x1b\\';
  assert.equal(pageText(`${title}${link}\x1b[1;31mred\x1b[0m\x1b(B\r\n\x08`), 'textred\n\\x08');
});

test('a sequence without an end hides nothing but itself', () => {
  assert.equal(pageText('a\x1b]0;open\nmore'), 'a\nmore');
  assert.equal(pageText('a\x1b['), 'a');
});

test('what is filled into a page is escaped, whatever it is', () => {
  assert.equal(html`<p title="${'"\'&'}">${'<script>'}</p>`.text, '<p title="&quot;&#39;&amp;">&lt;script&gt;</p>');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(html`${text}`.text, /[<>"']|(?![\n\t])\p{Cc}/u);
    }),
  );
});

test('a page allows no script and nothing from outside', () => {
  const text = page('</title><script>alert(1)</script>', html``);
  assert.match(text, /content="default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/);
  assert.doesNotMatch(text, /<script/);
});
