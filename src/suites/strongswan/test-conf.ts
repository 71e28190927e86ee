/** What a test's `test.conf` says of its hosts. */
export interface TestConf {
  /** Hosts on which packets are captured from the beginning. */
  readonly tcpdumpHosts: readonly string[];
  /** Hosts that must have no SAs and policies at the end. */
  readonly ipsecHosts: readonly string[];
  readonly radiusHosts: readonly string[];
  readonly dbHosts: readonly string[];
}

/** Characters of a value: enough for all hosts, and not for one that is doubled again and again. */
const longest = 1000;

const assignment = /^([A-Z][A-Z0-9]*)=(?:"([^"\\`]*)"|([\w.-]*))\s*(?:#.*)?$/;

/** Reads the assignments of a `test.conf`. Returns a line that is more than that instead, if there is one. */
export function readTestConf(text: string): TestConf | { readonly strange: string } {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const match = assignment.exec(line);
    const value = match && expand(match[2] ?? match[3] ?? '', values);
    if (!match || value === undefined || value === null) return { strange: line.slice(0, 200) };
    values.set(match[1] ?? '', value);
  }
  const hosts = (name: string): string[] => (values.get(name) ?? '').split(/\s+/).filter(Boolean);
  return {
    tcpdumpHosts: hosts('TCPDUMPHOSTS'),
    ipsecHosts: hosts('IPSECHOSTS'),
    radiusHosts: hosts('RADIUSHOSTS'),
    dbHosts: hosts('DBHOSTS'),
  };
}

function expand(value: string, values: ReadonlyMap<string, string>): string | undefined {
  if (value.length > longest) return undefined;
  const expanded = value.replace(/\$([A-Z][A-Z0-9]*)\b/g, (_, name: string) => values.get(name) ?? '');
  return expanded.includes('$') || expanded.length > longest ? undefined : expanded;
}
