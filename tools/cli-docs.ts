/** docs/cli.md, out of the declared command line. */
import { type ExitCodes, exitCodes, type Help, helpOf } from '../src/cli/help.ts';
import { commandLine } from '../src/cli/program.ts';
import { cell, markdownTable } from './markdown.ts';

// commander's types, by what is declared with them.
type Command = ReturnType<typeof commandLine>;
type Argument = Command['registeredArguments'][number];
type Option = Command['options'][number];

/** The document. A command without an example is an error. */
export function cliText(): string {
  const commands = leaves(commandLine());
  const links = commands.map((command) => [
    `[${pathOf(command)}](#${anchor(pathOf(command))})`,
    cell(command.description()),
  ]);
  return [
    '# Commands\n',
    'Generated from `src/cli` by `npm run build:docs`. `espalier help COMMAND` prints the same.\n',
    markdownTable([['command', 'does'], ...links]),
    '## Exit codes\n',
    'Unless a command says otherwise:\n',
    exitCodeTable(exitCodes),
    ...commands.flatMap(section),
  ].join('\n');
}

/** Commands that do something, groups left out. */
function leaves(command: Command): Command[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  return below.length > 0 ? below.flatMap(leaves) : [command];
}

/** `image build`. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

/** As forges make it of a heading. */
function anchor(heading: string): string {
  return heading.replaceAll(' ', '-');
}

function section(command: Command): string[] {
  const path = pathOf(command);
  const help = helpOf(command);
  if (help === undefined) throw new Error(`espalier ${path} has no example`);
  return [
    `## ${path}\n`,
    `\`\`\`\nespalier ${path} ${command.usage()}\n\`\`\`\n`,
    `${sentence(command.description())}\n`,
    ...(help.details ?? []).map((paragraph) => `${angleSafe(paragraph)}\n`),
    ...settings(command),
    ...(help.exitCodes === undefined ? [] : [exitCodeTable(help.exitCodes)]),
    examples(help),
  ];
}

/** Arguments and options in one table. */
function settings(command: Command): string[] {
  const rows = [
    ...command.registeredArguments.map((argument) => [argumentForm(argument), meaning(argument)]),
    ...command.options.map((option) => [`\`${cell(option.flags)}\``, meaning(option)]),
  ];
  return rows.length === 0 ? [] : [markdownTable([['argument or option', 'meaning'], ...rows])];
}

function argumentForm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return `\`${argument.required ? `<${name}>` : `[${name}]`}\``;
}

function meaning({ description, defaultValue }: Argument | Option): string {
  return cell(defaultValue === undefined ? description : `${description} (default: \`${defaultValue}\`)`);
}

function exitCodeTable(codes: ExitCodes): string {
  return markdownTable([['exit code', 'meaning'], ...Object.entries(codes)]);
}

function examples({ examples: lines }: Help): string {
  const text = lines.map((example) => {
    const [line, remark] = typeof example === 'string' ? [example] : example;
    return remark === undefined ? line : `${line.padEnd(24)} # ${remark}`;
  });
  return `\`\`\`sh\n${text.join('\n')}\n\`\`\`\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `<run>` outside of code would be an HTML element. */
function angleSafe(text: string): string {
  return text.replaceAll('<', '\\<');
}
