import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gdbArguments } from '../../../../src/session/gdb/arguments.ts';

const target = { kernel: '/cache/linux', process: 4711, sources: undefined };
const nothing = { breaks: [], files: [], commands: [] };

/** What follows an option, each time that it stands there. */
function all(words: readonly string[], option: string): string[] {
  return words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
}

test('gdb attaches to the process, then breaks, then runs files and commands in this order', () => {
  const wishes = { breaks: ['esp_input', 'esp.c:7'], files: ['a.gdb'], commands: ['bt', 'c'], batch: true };
  const words = gdbArguments(target, wishes);
  assert.deepEqual(words.slice(words.indexOf('/cache/linux')), [
    ...['/cache/linux', '-p', '4711', '-ex', 'shell echo >&3; read _ <&3'],
    ...['-ex', 'break esp_input', '-ex', 'break esp.c:7', '-x', 'a.gdb', '-ex', 'bt', '-ex', 'c'],
  ]);
});

test('a script runs without a person’s own settings, and gdb asks nothing and leaves', () => {
  const words = gdbArguments(target, { ...nothing, batch: true });
  assert.ok(words.includes('--nx') && words.includes('--batch'));
  assert.ok(all(words, '-iex').includes('set pagination off'));
});

test('a person has all of gdb', () => {
  const words = gdbArguments(target, { ...nothing, batch: false });
  assert.ok(!words.includes('--nx') && !words.includes('--batch'));
  assert.ok(!all(words, '-iex').includes('set pagination off'));
});

test('signals by which the kernel works do not stop it', () => {
  const said = all(gdbArguments(target, { ...nothing, batch: false }), '-iex').join('\n');
  for (const signal of ['SIGSEGV', 'SIGALRM', 'SIGIO', 'SIGUSR1']) {
    assert.match(said, new RegExp(`handle .*\\b${signal}\\b.* nostop noprint pass`));
  }
});

test('kept sources are where gdb looks for files', () => {
  const words = gdbArguments({ ...target, sources: '/cache/source' }, { ...nothing, batch: false });
  assert.ok(all(words, '-iex').includes('directory /cache/source'));
});
