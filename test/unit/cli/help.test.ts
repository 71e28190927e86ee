import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpOf, helpText, wrapped } from '../../../src/cli/help.ts';
import { commandLine } from '../../../src/cli/program.ts';

type Command = ReturnType<typeof commandLine>;

function leaves(command: Command): Command[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  return below.length > 0 ? below.flatMap(leaves) : [command];
}

/** As it is typed: `farm token add`. */
function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${fullName(parent)} ${command.name()}` : command.name();
}

test('every command has an example of itself, and every argument and option says what it means', () => {
  for (const command of leaves(commandLine())) {
    const lines = (helpOf(command)?.examples ?? []).map((example) =>
      typeof example === 'string' ? example : example[0],
    );
    assert.ok(
      lines.some((line) => line.includes(`espalier ${fullName(command)}`)),
      command.name(),
    );
    for (const { description } of [...command.registeredArguments, ...command.options]) {
      assert.notEqual(description, '', command.name());
    }
  }
});

test('options in examples exist', () => {
  for (const command of leaves(commandLine())) {
    const known = command.options.flatMap(({ short, long }) => [short, long]);
    for (const example of helpOf(command)?.examples ?? []) {
      const line = typeof example === 'string' ? example : example[0];
      if (!line.includes(`espalier ${command.name()}`)) continue;
      const [own = ''] = line.slice(line.indexOf('espalier')).split(/[)|]/);
      const used = own.match(/(?<= )--?[a-z][a-z-]*/g) ?? [];
      assert.deepEqual(
        used.filter((option) => !known.includes(option)),
        [],
        line,
      );
    }
  }
});

test('a help text has paragraphs, exit codes in order, and remarks in a column', () => {
  const text = helpText({
    details: ['One.', 'Two.'],
    exitCodes: { 2: 'bad', 0: 'good' },
    examples: ['espalier x', ['espalier y', 'why']],
  });
  const column = `  ${'espalier y'.padEnd(44)}  why`;
  assert.equal(text, `\nOne.\n\nTwo.\n\nExit codes: 0 good; 2 bad.\n\nExamples:\n  espalier x\n${column}`);
});

test('a paragraph is broken at blanks before column 100', () => {
  const lines = wrapped('word '.repeat(60).trim()).split('\n');
  assert.deepEqual(
    lines.map(({ length }) => length),
    [99, 99, 99],
  );
  assert.equal(wrapped('x'.repeat(120)), 'x'.repeat(120));
});
