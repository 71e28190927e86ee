/** Colours and other sequences of a terminal (ECMA-48), which programs print where they think that they have one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are removed
const sequences = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-Z\\-_]|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/** Lines of an output without what is meant for terminals. A line that was written over shows what it came to. */
export function stripControls(text: string): string[] {
  const lines = text.replaceAll('\r\n', '\n').replace(sequences, '').split('\n');
  return lines.map((line) => line.slice(line.lastIndexOf('\r') + 1));
}
