import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StackTable } from '../../../../src/model/stack-table.ts';
import { stacksPage } from '../../../../src/report/page/stacks-page.ts';
import { stacksText } from '../../../../src/report/terminal/stacks-text.ts';

const table: StackTable = {
  version: 1,
  columns: [
    { name: 'xfrm', about: 'the kernel' },
    { name: 'libipsec', about: 'a library' },
  ],
  rows: [
    {
      group: '5 SAs and policies',
      operation: 'SAs are in the kernel',
      cells: {
        xfrm: { word: 'yes', command: 'ip xfrm state', evidence: 'proto esp spi 0x1' },
        libipsec: { word: 'no', command: 'ip xfrm state', evidence: 'none' },
      },
    },
    { group: '6 IPv6 holes', operation: 'short', cells: { xfrm: { word: 'unknown', evidence: '<not> asked' } } },
  ],
  absent: [{ name: 'VPP', reason: 'no package' }],
};

test('the table in a terminal, with what each no and each ? follows from', () => {
  assert.equal(
    stacksText(table, false),
    `                         xfrm  libipsec
5 SAs and policies
  SAs are in the kernel  yes   no
6 IPv6 holes
  short                  ?     ?

SAs are in the kernel
  libipsec: no: none
    west# ip xfrm state
short
  xfrm: ?: <not> asked

not there: VPP: no package
`,
  );
  assert.ok(stacksText(table, true).includes('  xfrm: yes: proto esp spi 0x1\n    west# ip xfrm state\n'));
});

test('the page holds every cell with its evidence, and nothing of a cell as markup', () => {
  const page = stacksPage(table);
  for (const text of [
    '<td class="yes">',
    '<td class="no">',
    'west# ip xfrm state',
    '&lt;not&gt; asked',
    'VPP: no package',
  ])
    assert.ok(page.includes(text), text);
  assert.ok(!page.includes('<not>'));
  assert.equal(page.match(/<td class="unknown">/g)?.length, 2);
});
