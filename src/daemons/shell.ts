/** How often a wait looks, a tenth of a second apart: 30 s in all. */
const most = 300;

/** A shell line that lasts until a command succeeds. After 30 s it fails, with the ends of what the daemon wrote. */
export function waitFor(command: string, ...logs: readonly string[]): string {
  return [
    'tries=0',
    `until ${command} > /dev/null 2>&1 || (( ++tries > ${most} ))`,
    'do sleep 0.1',
    'done',
    `(( tries <= ${most} )) || ( tail -q -n 15 ${logs.join(' ')} 2> /dev/null; false )`,
  ].join('; ');
}

/** A shell loop that ends when no process of a program is left. */
export function waitForEnd(program: string): string {
  return `while pidof ${program} > /dev/null; do sleep 0.1; done`;
}
