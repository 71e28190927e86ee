/** One archive as a machine's apt configuration names it. */
export interface AptSource {
  readonly types: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of a keyring; `undefined` when not given as a path. */
  readonly signedBy?: string;
}

/** Reads a `sources.list` (one line per archive). Lines that are not understood are left out. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (!match) continue;
    const [, type = '', options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\/\S+)/i.exec(options)?.[1];
    sources.push({
      types: [type],
      uris: [uri],
      suites: [suite],
      components: components.split(/\s+/).filter(Boolean),
      ...(signedBy !== undefined && { signedBy }),
    });
  }
  return sources;
}

/** Reads a deb822 `*.sources` file. Stanzas with `Enabled: no` and incomplete ones are left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  const uncommented = text.replace(/^#.*\n?/gm, '');
  for (const stanza of uncommented.split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([A-Za-z0-9-]+):([^\n]*(?:\n[ \t][^\n]*)*)/gm)) {
      fields.set((match[1] ?? '').toLowerCase(), (match[2] ?? '').trim());
    }
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
    if (/^(no|false|0|off|without|disable)$/i.test(fields.get('enabled') ?? '')) continue;
    if (words('uris').length === 0 || words('suites').length === 0) continue;
    const signedBy = fields.get('signed-by');
    sources.push({
      types: words('types'),
      uris: words('uris'),
      suites: words('suites'),
      components: words('components'),
      // A key block in place of a path begins with a line of its own.
      ...(signedBy?.startsWith('/') && { signedBy: signedBy.split(/[\s,]+/)[0] ?? signedBy }),
    });
  }
  return sources;
}

const debianSuite = /^(sid|unstable|testing|stable|oldstable|trixie|bookworm|forky|duke|bullseye)$/;

/** How surely an archive is Debian's own; 0: it is not taken. */
function likelihood(source: AptSource, uri: string): number {
  if (!source.types.includes('deb') || !source.components.includes('main')) return 0;
  if (!source.suites.some((suite) => debianSuite.test(suite))) return 0;
  if (/^cdrom:/.test(uri) || /security/.test(uri)) return 0;
  const byKey = /debian-archive-/.test(source.signedBy ?? '') ? 4 : 0;
  const byPath = /\/debian\/?$/.test(uri) || /^mirror/.test(uri) ? 2 : 0;
  // Third parties publish suites of the same names, but always with a keyring of their own.
  const unsigned = source.signedBy === undefined ? 1 : 0;
  return byKey + byPath + unsigned;
}

/** The Debian archive among a machine's sources; the first of equals. */
export function findDebianArchive(sources: readonly AptSource[]): { uri: string; signedBy?: string } | undefined {
  let best: { uri: string; signedBy?: string } | undefined;
  let bestLikelihood = 0;
  for (const source of sources) {
    for (const uri of source.uris) {
      const found = likelihood(source, uri);
      if (found <= bestLikelihood) continue;
      bestLikelihood = found;
      best = { uri, ...(source.signedBy !== undefined && { signedBy: source.signedBy }) };
    }
  }
  return best;
}
