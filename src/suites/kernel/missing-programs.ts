import { stripControls } from './plain-lines.ts';

/** How programs say that another one is not there: bash, dash, `ip netns exec`, env(1), timeout(1) and its kind. */
const signs: readonly RegExp[] = [
  /: (?:line \d+: )?([\w./+-]+): command not found$/,
  /^[^\s:]+: \d+: ([\w./+-]+): not found$/,
  /^(?:\/usr\/bin\/)?env: [‘']([\w./+-]+)[’']: No such file or directory$/,
  /^exec of "([\w./+-]+)" failed: No such file or directory$/,
  /^[\w-]+: failed to run command [‘']([\w./+-]+)[’']: No such file or directory$/,
];

/** Programs that a test called and that its host does not have, each once. What it asks about before (`command -v`) prints no such line. */
export function missingPrograms(output: string): string[] {
  const names = stripControls(output).flatMap((line) => signs.flatMap((sign) => sign.exec(line.trimEnd())?.[1] ?? []));
  return [...new Set(names)];
}
