/** A command with what its terminal got. */
interface Shown {
  readonly line: string;
  readonly stdout: string;
}

/** What a person would have seen at a console: `west# uptime`, and what came back. */
export function transcriptText(host: string, commands: readonly Shown[]): string {
  return commands
    .map(({ line, stdout }) => `${host}# ${line}\n${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}`)
    .join('');
}
