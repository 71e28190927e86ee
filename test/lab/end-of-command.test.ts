import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputs, runLab, secondsOf, skip } from './lab.ts';

test('job notices stand in front of the prompt of the command they belong to', { skip }, async () => {
  const ran = await runLab(['east: sleep 5 &', 'west: sleep 6', 'east: true', 'east: sleep 1 & sleep 2', 'east: true']);
  const done = '[1]+  Done                    sleep';
  assert.deepEqual(
    outputs(ran).map((text) => text.replace(/^\[1\] \d+$/m, '[1] PID')),
    ['[1] PID\n', '', `${done} 5\n`, `[1] PID\n${done} 1\n`, ''],
  );
});

test('what a background job prints at a frozen clock is all there, before the command is over', { skip }, async () => {
  const count = 'for i in $(seq 300); do echo $i; done';
  const ran = await runLab([`east: (${count}) &`, 'east: wait', 'west: for i in $(seq 2000); do echo $i; done']);
  const [first = '', second = '', third = ''] = outputs(ran);
  const numbers = (text: string): string[] => text.split('\n').filter((line) => /^\d+$/.test(line));
  assert.equal(numbers(first).length, 300);
  assert.deepEqual(numbers(second), []);
  assert.equal(numbers(third).length, 2000);
  assert.ok(
    ran.commands.every(({ ns = 0n }) => ns < 100_000_000n),
    'the clock stood',
  );
});

test('a background job that speaks between two prompts speaks in the next command', { skip }, async () => {
  const ran = await runLab(['east: (sleep 2; echo late) &', 'west: sleep 5', 'east: echo next']);
  assert.match(outputs(ran)[2] ?? '', /^late\nnext\n(?:\[1\]\+ {2}Done.*\n)?$/);
});

test('a megabyte of output is complete', { skip }, async () => {
  const ran = await runLab(['east: seq -w 100000 249999 | head -c 1048576', 'east: echo after']);
  const lines = (outputs(ran)[0] ?? '').split('\n');
  assert.equal(outputs(ran)[0]?.length, 1_048_576);
  assert.ok(lines.slice(0, -1).every((line, index) => line === String(100_000 + index)));
  assert.equal(outputs(ran)[1], 'after\n');
});

test('a prompt that a test prints ends no command', { skip }, async () => {
  const forged = "printf '\\x1d0000000000000001:0:/x\\x1e'";
  const ran = await runLab([
    'east: echo -n "$PS1"; read -t 3 word',
    `east: ${forged}; sleep 2; echo done`,
    `east: bash -c "${forged.replaceAll('\\', '\\\\')}; sleep 2"`,
    `east: ${forged}`,
    'east: false',
  ]);
  assert.deepEqual(ran.commands.map(secondsOf), [3, 2, 2, 0, 0]);
  const marker = '\x1d0000000000000001:';
  assert.equal(outputs(ran)[0], `${marker}$?:\\w\x1e`);
  assert.equal(outputs(ran)[1], `${marker}0:/x\x1edone\n`);
  assert.deepEqual(
    ran.commands.map(({ status }) => status),
    [142, 0, 0, 0, 1],
  );
});

test('exit statuses are those of the shell, directories those of its prompt', { skip }, async () => {
  const lines = [
    'true',
    'false',
    '(exit 77)',
    'nothing-of-that-name',
    'kill -9 $BASHPID & wait %1',
    'cd /etc',
    'cd; pwd',
  ];
  const ran = await runLab(lines.map((line) => `east: ${line}`));
  assert.deepEqual(
    ran.commands.map(({ status }) => status),
    [0, 1, 77, 127, 137, 0, 0],
  );
  assert.deepEqual(
    ran.commands.map(({ cwd }) => cwd),
    ['/tmp', '/tmp', '/tmp', '/tmp', '/tmp', '/etc', '~'],
  );
});

test('a shell that exits leaves what it said', { skip }, async () => {
  const ran = await runLab(['east: echo before', 'east: sleep 500 & echo bye; exit 3', 'west: echo never']);
  assert.equal(ran.result.end.word, 'shell-exit');
  assert.equal(ran.result.end.host, 'east');
  assert.equal(ran.result.end.step, 1);
  assert.match(outputs(ran)[1] ?? '', /bye\nexit\n$/);
});

test('a shell that is killed is noticed at once', { skip }, async () => {
  const ran = await runLab(['east: echo before', 'east: kill -9 $$', 'west: echo never']);
  assert.equal(ran.result.end.word, 'shell-exit');
  assert.equal(ran.commands.length, 2);
  assert.ok(ran.file.complete);
});

test('the first process of a host cannot be killed from inside', { skip }, async () => {
  const ran = await runLab(['east: kill -9 1', 'east: echo still here', 'west: echo and here']);
  assert.deepEqual(ran.result.end, { word: 'completed' });
  assert.deepEqual(outputs(ran), ['', 'still here\n', 'and here\n']);
});

test('a daemon that crashes leaves a core where suites look for it', { skip }, async () => {
  const ran = await runLab(["east: sh -c 'kill -SEGV $$'", 'east: ls /tmp', 'west: ls /tmp; ulimit -c']);
  assert.match(outputs(ran)[0] ?? '', /core dumped/);
  assert.match(outputs(ran)[1] ?? '', /^core\.east\.sh\.\d+\n$/);
  assert.equal(outputs(ran)[2], 'unlimited\n');
});
