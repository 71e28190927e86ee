import type { Command } from 'commander';

/** What is written below a command's options by `--help`, and in docs/cli.md. */
export interface Help {
  /** Paragraphs. */
  readonly details?: readonly string[];
  /** Where they mean something else than those of every command. */
  readonly exitCodes?: ExitCodes;
  /** Command lines; some with a remark on what they do. */
  readonly examples: readonly (string | readonly [line: string, remark: string])[];
}

/** Meanings by exit code. */
export type ExitCodes = Readonly<Record<number, string>>;

/** Exit codes of every command. */
export const exitCodes: ExitCodes = {
  0: 'all as expected',
  1: 'some tests not as expected, or a selector matches none',
  2: 'a failure of Espalier, or something is missing on this machine',
  3: 'wrong usage',
  130: 'interrupted',
};

const helps = new WeakMap<Command, Help>();

/** Adds the help to a command; returns the command. */
export function withHelp(command: Command, help: Help): Command {
  helps.set(command, help);
  return command.addHelpText('after', helpText(help));
}

/** The help that a command was given; `undefined`: none. */
export function helpOf(command: Command): Help | undefined {
  return helps.get(command);
}

/** Columns of help texts. */
const width = 100;

/** The lines below a command's options in a terminal. */
export function helpText({ details = [], exitCodes: own, examples }: Help): string {
  const lines = examples.map((example) => {
    const [line, remark] = typeof example === 'string' ? [example] : example;
    return `  ${remark === undefined ? line : `${line.padEnd(44)}  ${remark}`}`;
  });
  const paragraphs = [...details, ...(own === undefined ? [] : [exitCodesText(own)])].map(wrapped);
  return ['', ...paragraphs.flatMap((paragraph) => [paragraph, '']), 'Examples:', ...lines].join('\n');
}

/** One sentence with the codes in their order. */
export function exitCodesText(codes: ExitCodes): string {
  const parts = Object.entries(codes).map(([code, meaning]) => `${code} ${meaning}`);
  return `Exit codes: ${parts.join('; ')}.`;
}

/** Breaks a paragraph at blanks. */
export function wrapped(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
