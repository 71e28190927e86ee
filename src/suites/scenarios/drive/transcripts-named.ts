/** Files that a scenario's source names as transcripts, by texts without anything computed in them. */
export function transcriptsNamed(source: string): string[] {
  return [...source.matchAll(/\.toMatchTranscript\(\s*(['"`])([^'"`\\\n$]+)\1/g)].map(([, , name = '']) => name);
}
