import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonLine } from '../../../../src/session/gdb/daemon.ts';

test('a program is looked up on the host, a number is taken as it is', () => {
  assert.match(daemonLine('pluto'), /^gdb -q .* -p \$\(pidof pluto \| sed 's\/\.\* \/\/'\)$/);
  assert.match(daemonLine('4711'), /^gdb -q .* -p 4711$/);
});

test('what would be more than a name is refused: a shell reads the line', () => {
  for (const name of ['', 'pluto; reboot', '$(reboot)', "a'b"]) {
    assert.throws(() => daemonLine(name), /--daemon .*: the name of a program or the number of a process is expected/);
  }
});
