/** A command of one console. Two consoles are laid side by side by these, not by line numbers. */
export interface CommandAt {
  /** As the console shows it. */
  readonly text: string;
  /** How many commands of this very text came before on the console, from 0. */
  readonly nth: number;
}

/** One line of output and the command it stands under. */
export interface ConsoleLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly command: CommandAt;
}

/** A prompt with its command on the line below, as sanitized consoles of libreswan have it: `west #`. */
export const promptLine = /^[a-z][a-z0-9-]{0,30} #$/;
/** Prompt and command in one line: merged consoles (`east# ipsec start`), and what was typed at a raw one. */
export const promptedCommand = /^(?:[a-z][a-z0-9-]{0,30}|\[root@[^\]\s]{1,100} [^\]\s]{1,100}\])# (.*)$/;

/**
 * Splits a console into the lines of output. The first line is the first command, whose prompt nobody saved; a text
 * without any prompt (a log, the output of one command) is all output, below a command of no text.
 */
export function readConsoleLines(text: string): ConsoleLine[] {
  const lines = text.split('\n');
  const hasPrompts = lines.some((line) => promptLine.test(line) || promptedCommand.test(line));
  const seen = new Map<string, number>();
  const open = (command: string): CommandAt => {
    const nth = seen.get(command) ?? 0;
    seen.set(command, nth + 1);
    return { text: command, nth };
  };
  let command = open('');
  let typed = hasPrompts;
  const output: ConsoleLine[] = [];
  lines.forEach((line, index) => {
    const merged = promptedCommand.exec(line)?.[1];
    if (merged !== undefined) command = open(merged.trim());
    else if (typed) command = open(line.trim());
    else if (!promptLine.test(line)) output.push({ text: line, line: index + 1, command });
    typed = promptLine.test(line);
  });
  return output;
}
