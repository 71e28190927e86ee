import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanPrompt } from '../../../../src/session/shell/view.ts';

test('the agent’s prompt is shown as a machine of the suite shows its own', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['\x1d0001:0:/testing/pluto/psk\x1e', '[root@west psk]# '],
    ['no\n\x1d0001:2:/\x1e', 'no\n[root@west / 2]# '],
    ['a \x1d0001:0:~\x1e\x1d0001:127:/tmp\x1e', 'a [root@west ~]# [root@west tmp 127]# '],
    ['\x1d unfinished', '\x1d unfinished'],
  ];
  for (const [raw, shown] of cases) assert.equal(humanPrompt(raw, 'west'), shown);
});
