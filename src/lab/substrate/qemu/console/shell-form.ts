import type { OwnPrompt } from '../../../../dialogue/systems/profile.ts';

/** How it is seen that something at a console waits for a command. */
export interface ShellForm {
  /** Where the prompt begins in the text; negative: it has not come. */
  readonly find: (text: string) => number;
  /** So many characters at the end of a text may be the beginning of a prompt. */
  readonly held: number;
  /** A line that is typed comes back first. */
  readonly echoes: boolean;
  /** Prints the status of the last command, and, behind a colon, where the shell is. */
  readonly ask: string;
  /** The line that makes the prompt, behind another one; absent: it is there. */
  readonly make?: (line: string) => string;
}

/** A POSIX shell at a terminal without echo. Nothing else prints its prompt, nor does the line that makes it hold it. It keeps the status. */
export function posixForm(nonce: string): ShellForm {
  const half = nonce.length >> 1;
  const prompt = `${nonce}> `;
  return {
    find: (text) => text.indexOf(prompt),
    held: prompt.length,
    echoes: false,
    ask: 'espalier=$?; echo "$espalier:$PWD"; (exit $espalier)',
    make: (line) => `${line}; PS1=${nonce.slice(0, half)}; PS1="$PS1"'${nonce.slice(half)}> '`,
  };
}

/** What has a prompt of its own: it counts at the beginning of the last line. */
export function ownForm({ prompt, status }: OwnPrompt): ShellForm {
  return {
    find: (text) => (text.endsWith(`\n${prompt}`) ? text.length - prompt.length : -1),
    held: prompt.length + 1,
    echoes: true,
    ask: status,
  };
}
