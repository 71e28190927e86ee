/** What the rules look at. */
export interface TestFacts {
  /** Everything that is typed on hosts, in order. */
  readonly commands: readonly string[];
  /** Contents of the test's configuration files, those of strongSwan's daemons and programs. */
  readonly configurations: readonly string[];
  /** Code name of the Debian suite whose strongSwan runs. */
  readonly debian: string;
}

/** Something a test needs that a lab, or Debian's strongSwan, does not have. The first rule that holds names the reason. */
export interface UnsupportedRule {
  readonly id: string;
  readonly reason: string;
  /** Holds when a command matches. */
  readonly commands?: RegExp;
  /** Holds when a configuration says so. */
  readonly settings?: RegExp;
  /** Holds for the strongSwan of this Debian suite alone. */
  readonly debian?: string;
  /** Holds when a configuration loads one of these plugins. */
  readonly plugins?: readonly string[];
}

const notBrought = ', which Debian’s strongSwan does not bring';

export const unsupportedRules: readonly UnsupportedRule[] = [
  { id: 'tkm', reason: 'needs charon-tkm and the Trusted Key Manager in Ada', commands: /\bcharon-tkm\b|\btkm_/ },
  { id: 'ha', reason: 'needs a kernel patch for ClusterIP', plugins: ['ha'] },
  {
    id: 'tnc',
    reason: `needs Trusted Network Connect${notBrought}`,
    plugins: ['tnc-pdp', 'tnc-imc', 'tnc-imv', 'tnccs-11', 'tnccs-20', 'tnccs-dynamic'],
    commands: /\bpt-tls-client\b/,
  },
  { id: 'sql', reason: `needs the plugins sql or attr-sql with a database${notBrought}`, plugins: ['sql', 'attr-sql'] },
  { id: 'sqlite', reason: `needs the plugin sqlite${notBrought}`, plugins: ['sqlite'] },
  { id: 'crypto-library', reason: `needs another cryptographic library${notBrought}`, plugins: ['botan', 'wolfssl'] },
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
  {
    id: 'ikev1',
    debian: 'sid',
    reason: 'needs IKEv1, without which Debian’s strongSwan 6.1 is built',
    settings: /^[ \t]*(?:version[ \t]*=[ \t]*1|keyexchange[ \t]*=[ \t]*ikev1)\b/m,
  },
];

/** Plugins that the `load` lines of a configuration name. */
export function pluginsOf(configuration: string): string[] {
  return [...configuration.matchAll(/^[ \t]*load[ \t]*=(.*)$/gm)].flatMap(([, list = '']) => list.trim().split(/\s+/));
}

/** The first rule that holds for a test. */
export function unsupportedBy(test: TestFacts, rules = unsupportedRules): UnsupportedRule | undefined {
  const loaded = new Set(test.configurations.flatMap(pluginsOf));
  return rules.find(({ commands, settings, plugins, debian }) => {
    if (debian !== undefined && debian !== test.debian) return false;
    return (
      test.commands.some((line) => commands?.test(line)) ||
      test.configurations.some((text) => settings?.test(text)) ||
      plugins?.some((name) => loaded.has(name)) === true
    );
  });
}
