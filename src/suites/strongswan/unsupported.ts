/** What the rules look at. */
export interface TestFacts {
  /** Everything that is typed on hosts, in order. */
  readonly commands: readonly string[];
  /** Contents of the test's configuration files, those of strongSwan's daemons and programs. */
  readonly configurations: readonly string[];
  /** What the image that runs it has (`images/features.json`): `plugin sql`, `ikev1`. */
  readonly features: ReadonlySet<string>;
  /** Code name of the Debian suite that strongSwan is of: its package, or the source that it was built from. */
  readonly debian: string;
}

/**
 * Something a test needs that a lab, or the strongSwan that runs, does not have. A rule holds when all that it names does;
 * the first one names the reason.
 */
export interface UnsupportedRule {
  readonly id: string;
  readonly reason: string;
  /** A command matches. */
  readonly commands?: RegExp;
  /** A configuration says so. */
  readonly settings?: RegExp;
  /** strongSwan is of this Debian suite: for what no file of the image tells. */
  readonly debian?: string;
  /** The image has not this feature. */
  readonly lacks?: string;
  /** A configuration loads one of these plugins. */
  readonly loads?: readonly string[];
  /** A configuration loads one of these plugins, and the image has it not. */
  readonly plugins?: readonly string[];
  /** A daemon (it loads `nonce`) is configured without this plugin. */
  readonly without?: string;
}

const notBrought = ', which this strongSwan is built without';

export const unsupportedRules: readonly UnsupportedRule[] = [
  {
    id: 'tkm',
    reason: 'needs charon-tkm and the Trusted Key Manager in Ada',
    commands: /\bcharon-tkm\b|\btkm_/,
    lacks: 'program charon-tkm',
  },
  {
    id: 'python-vici',
    reason: 'runs a daemon in Python with strongSwan’s module vici, which the image does not bring',
    lacks: 'python vici',
    settings: /^[ \t]*updown[ \t]*=[ \t]*\S*python/m,
  },
  {
    id: 'dhcp-server',
    reason: 'needs isc-dhcp-server, which the image does not bring (Debian sid has it no more)',
    commands: /\bisc-dhcp-server\b/,
    lacks: 'program dhcpd',
  },
  {
    id: 'cpus',
    reason: 'needs hosts with several CPUs; a lab’s kernel has one',
    commands: /\btaskset -c [1-9]/,
  },
  { id: 'ha', reason: 'needs a kernel patch for ClusterIP', loads: ['ha'] },
  {
    id: 'tnc',
    reason: `needs Trusted Network Connect${notBrought}`,
    plugins: ['tnc-pdp', 'tnc-imc', 'tnc-imv', 'tnccs-11', 'tnccs-20', 'tnccs-dynamic'],
  },
  {
    id: 'pt-tls',
    reason: 'needs a client of Trusted Network Connect',
    commands: /\bpt-tls-client\b/,
    lacks: 'program pt-tls-client',
  },
  { id: 'strongtnc', reason: 'needs strongTNC, a web application that Debian does not have', commands: /\binit_tnc\b/ },
  { id: 'sql', reason: `needs the plugins sql or attr-sql with a database${notBrought}`, plugins: ['sql', 'attr-sql'] },
  { id: 'sqlite', reason: `needs the plugin sqlite${notBrought}`, plugins: ['sqlite'] },
  { id: 'crypto-library', reason: `needs another cryptographic library${notBrought}`, plugins: ['botan', 'wolfssl'] },
  {
    id: 'wolfssl-ml-kem',
    reason: 'needs ML-KEM from the plugin wolfssl, and Debian’s wolfSSL is built without it',
    lacks: 'wolfssl ml-kem',
    loads: ['wolfssl'],
    without: 'ml',
    settings: /^[ \t]*(?:proposals|esp_proposals)[ \t]*=.*mlkem/m,
  },
  {
    id: 'post-quantum',
    reason: `needs the plugins ntru, newhope or bliss${notBrought}`,
    plugins: ['ntru', 'newhope', 'bliss'],
  },
  { id: 'pfkey', reason: `needs the plugin kernel-pfkey${notBrought}`, plugins: ['kernel-pfkey'] },
  { id: 'acert', reason: `needs the plugin acert${notBrought}`, plugins: ['acert'] },
  { id: 'blowfish', reason: `needs the plugin blowfish${notBrought}`, plugins: ['blowfish'] },
  {
    id: 'dns',
    reason: `needs the plugins unbound, ipseckey or dnscert${notBrought}`,
    plugins: ['unbound', 'ipseckey', 'dnscert'],
  },
  {
    id: 'eap-sim',
    reason: `needs the plugins eap-sim, eap-sim-file or eap-aka-3gpp2${notBrought}`,
    plugins: ['eap-sim', 'eap-sim-file', 'eap-aka-3gpp2', 'eap-simaka-sql'],
  },
  { id: 'eap-peap', reason: `needs the plugin eap-peap${notBrought}`, plugins: ['eap-peap'] },
  { id: 'eap-dynamic', reason: `needs the plugin eap-dynamic${notBrought}`, plugins: ['eap-dynamic'] },
  { id: 'whitelist', reason: `needs the plugin whitelist${notBrought}`, plugins: ['whitelist'] },
  { id: 'sha3', reason: `needs the plugin sha3${notBrought}`, plugins: ['sha3'] },
  { id: 'md4', reason: `needs the plugin md4${notBrought}`, plugins: ['md4'] },
  {
    id: 'des',
    reason: `wants DES of the plugin des${notBrought}`,
    plugins: ['des'],
    settings: /^[ \t]*(?:proposals|esp_proposals|ike|esp)[ \t]*=.*\b3?des\b/m,
  },
  {
    id: 'kdf',
    debian: 'bookworm',
    reason:
      // Seen outside of labs too: with `crypto_test` on, charon drops KDF_PRF[openssl] of libssl 3.0.20 at its start.
      'needs the key derivation of IKEv2 (KDF_PRF) from the plugin openssl, where strongSwan 5.9.8 fails with bookworm’s OpenSSL',
    without: 'kdf',
    loads: ['openssl'],
    settings: /^[ \t]*(?:version[ \t]*=[ \t]*2|keyexchange[ \t]*=[ \t]*ikev2)\b/m,
  },
  {
    id: 'ikev1',
    lacks: 'ikev1',
    reason: `needs IKEv1${notBrought}`,
    settings: /^[ \t]*(?:version[ \t]*=[ \t]*1|keyexchange[ \t]*=[ \t]*ikev1)\b/m,
  },
];

function hasDaemonWithout(plugin: string, configurations: readonly string[]): boolean {
  const lists = configurations.flatMap((text) =>
    [...text.matchAll(loadLine)].map(([, list = '']) => list.split(/\s+/)),
  );
  return lists.some((list) => list.includes('nonce') && !list.includes(plugin));
}

const loadLine = /^[ \t]*load[ \t]*=(.*)$/gm;

/** Plugins that the `load` lines of a configuration name. */
export function pluginsOf(configuration: string): string[] {
  return [...configuration.matchAll(loadLine)].flatMap(([, list = '']) => list.trim().split(/\s+/));
}

/** The first rule that holds for a test. */
export function unsupportedBy(test: TestFacts, rules = unsupportedRules): UnsupportedRule | undefined {
  const loaded = new Set(test.configurations.flatMap(pluginsOf));
  const absent = (name: string): boolean => loaded.has(name) && !test.features.has(`plugin ${name}`);
  return rules.find(
    ({ commands, settings, loads, plugins, without, lacks, debian }) =>
      (debian === undefined || debian === test.debian) &&
      (lacks === undefined || !test.features.has(lacks)) &&
      (commands === undefined || test.commands.some((line) => commands.test(line))) &&
      (settings === undefined || test.configurations.some((text) => settings.test(text))) &&
      (without === undefined || hasDaemonWithout(without, test.configurations)) &&
      (loads === undefined || loads.some((name) => loaded.has(name))) &&
      (plugins === undefined || plugins.some(absent)),
  );
}
