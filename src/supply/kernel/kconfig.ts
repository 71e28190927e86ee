/** Options of a kernel configuration by name (`CONFIG_` included), `n` where it is off. */
export type Kconfig = ReadonlyMap<string, string>;

/** Reads a fragment or a `.config`. Comments of the form `# CONFIG_X is not set` mean off. */
export function parseKconfig(text: string): Kconfig {
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*?)\s*$/.exec(line);
    const unset = /^# (CONFIG_\w+) is not set/.exec(line);
    if (set) options.set(set[1] ?? '', set[2] ?? '');
    else if (unset) options.set(unset[1] ?? '', 'n');
  }
  return options;
}

/** Options that a kernel did not take as wanted: `CONFIG_X: wanted y, got n`. */
export function missedOptions(wanted: Kconfig, actual: Kconfig): string[] {
  const missed: string[] = [];
  for (const [name, value] of wanted) {
    const got = actual.get(name) ?? 'n';
    if (got !== value) missed.push(`${name}: wanted ${value}, got ${got}`);
  }
  return missed;
}

/** Text whose hash stands for a configuration: order, comments and spacing do not count. */
export function canonicalKconfig(wanted: Kconfig): string {
  return [...wanted]
    .map(([name, value]) => `${name}=${value}\n`)
    .sort()
    .join('');
}
