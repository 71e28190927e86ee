/** A comment of a shell: a line, or what follows `#` at the beginning of a word. One that has quotes may be none. */
const comment = /^\s*#.*|\s#[^'"]*$/;

/** What a shell runs of a line that was typed. */
export function codeOf(line: string): string {
  return line.replace(comment, '');
}

/** A job that goes on behind the prompt: one `&` that is neither of two nor part of a redirection. */
const job = /(?<![&<>|\\])&(?![&>])/;

/** Whether a line leaves something running when the shell prompts again. */
export function leavesJob(line: string): boolean {
  return job.test(codeOf(line));
}
