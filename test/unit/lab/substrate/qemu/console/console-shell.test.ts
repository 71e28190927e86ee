import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsoleShell } from '../../../../../../src/lab/substrate/qemu/console/console-shell.ts';
import { ownForm, posixForm } from '../../../../../../src/lab/substrate/qemu/console/shell-form.ts';

/** A shell on the other end of the wire: it has a prompt, and says what a line prints. */
function shellWith(prints: (line: string) => string, cut = 1000) {
  const typed: string[] = [];
  const shell: ConsoleShell = new ConsoleShell(posixForm('ab12cd34'), (line) => {
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
  const shell: ConsoleShell = new ConsoleShell(posixForm('ab12cd34'), () => {
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

for (const cut of [1, 5, 1000]) {
  test(`a loader that shows what is typed, in pieces of ${cut} characters`, async () => {
    const says: Record<string, string> = { 'crc32 0 1': 'crc32 ==> a4eb\r\n', 'echo $?': '1\r\n', quiet: '' };
    const loader: ConsoleShell = new ConsoleShell(ownForm({ prompt: '=> ', status: 'echo $?' }), (typed) => {
      const line = typed.slice(0, -1);
      const text = `${line}\r\n${says[line]}=> `;
      for (let at = 0; at < text.length; at += cut) queueMicrotask(() => loader.hear(text.slice(at, at + cut)));
    });
    for (const [line, output] of [
      ['crc32 0 1', 'crc32 ==> a4eb\n'],
      ['quiet', ''],
    ] as const) {
      let heard = '';
      const done = await loader.run(line, (text) => {
        heard += text;
      });
      assert.deepEqual([heard, done.status], [output, 1]);
    }
  });
}
