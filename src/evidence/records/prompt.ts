/**
 * The prompt of a lab's shells, by which the agent sees that a command has ended: GS, the lab's nonce, exit status,
 * working directory, RS (guest/agent/host.c, terminal.c). The agent takes it out of what it records, but for consoles that people type at.
 */
const [begin, end] = ['\x1d', '\x1e'];
const prompt = new RegExp(`${begin}[0-9a-f]*:(\\d+):([^${end}]*)${end}`, 'g');

/** What a prompt says. */
export interface Prompt {
  readonly status: number;
  readonly cwd: string;
}

/** Puts something else in place of each prompt. */
export function replacePrompts(text: string, by: (prompt: Prompt) => string): string {
  return text.replace(prompt, (_, status: string, cwd: string) => by({ status: Number(status), cwd }));
}

/** The last prompt of a text, to the byte; empty where there is none. */
export function lastPrompt(text: string): string {
  return text.match(prompt)?.at(-1) ?? '';
}

/** The prompt of a shell whose last command succeeded. */
export function promptOf(cwd: string): string {
  return `${begin}:0:${cwd}${end}`;
}

/** Whether the last thing of a text, but for a line that is being typed, is a prompt. */
export function endsInPrompt(text: string): boolean {
  return text.lastIndexOf(end) > text.lastIndexOf('\n');
}
