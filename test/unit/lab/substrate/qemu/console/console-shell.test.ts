import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsoleShell } from '../../../../../../src/lab/substrate/qemu/console/console-shell.ts';

/** A shell on the other end of the wire: it has a prompt, and says what a line prints. */
function shellWith(prints: (line: string) => string, cut = 1000) {
  const typed: string[] = [];
  const shell: ConsoleShell = new ConsoleShell('ab12cd34', (line) => {
    typed.push(line);
    const status = line.includes('$espalier');
    const text = `${status ? '3:/root/my folder\n' : prints(line)}ab12cd34> `;
    for (let at = 0; at < text.length; at += cut) queueMicrotask(() => shell.hear(text.slice(at, at + cut)));
  });
  return { shell, typed };
}

for (const cut of [1, 3, 1000]) {
  test(`a command has its output, its status and its folder, in pieces of ${cut} characters`, async () => {
    const { shell, typed } = shellWith(() => 'one\nab12\ntwo ab12cd3\nno line end', cut);
    let output = '';
    const done = await shell.run('a command', (text) => {
      output += text;
    });
    assert.equal(output, 'one\nab12\ntwo ab12cd3\nno line end');
    assert.deepEqual(done, { status: 3, cwd: '/root/my folder' });
    assert.equal(typed[0], 'a command\r');
    assert.equal(shell.isBusy, false);
  });
}

test('the echo of the line that makes the prompt does not hold the prompt', async () => {
  const { shell, typed } = shellWith((line) => line);
  await shell.begin('stty -echo');
  assert.match(typed[0] ?? '', /^stty -echo; PS1=ab12; PS1="\$PS1"'cd34> '\r$/);
  assert.doesNotMatch(typed[0] ?? '', /ab12cd34/);
});

test('a command whose status nobody understands did not succeed', async () => {
  let count = 0;
  const shell: ConsoleShell = new ConsoleShell('ab12cd34', () => {
    count += 1;
    queueMicrotask(() => shell.hear(count === 2 ? 'a kernel prints\nab12cd34> ' : 'ab12cd34> '));
  });
  assert.deepEqual(await shell.run('true', () => {}), { status: 255, cwd: '' });
});

test('what comes while no command runs belongs to none', async () => {
  const { shell } = shellWith(() => 'mine\n');
  shell.hear('somebody else ab12cd34> ');
  let output = '';
  await shell.run('x', (text) => {
    output += text;
  });
  assert.equal(output, 'mine\n');
});
