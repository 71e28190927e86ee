/** What the rules look at. */
export interface TestFacts {
  /** Everything that is typed on hosts, in order. */
  readonly commands: readonly string[];
  /** Contents of the test's configuration files, those of strongSwan's daemons and programs. */
  readonly configurations: readonly string[];
}

/** Something a test needs that a lab, or Debian's strongSwan, does not have. The first rule that holds names the reason. */
export interface UnsupportedRule {
  readonly id: string;
  readonly reason: string;
  /** Holds when a command matches. */
  readonly commands?: RegExp;
  /** Holds when a configuration loads one of these plugins. */
  readonly plugins?: readonly string[];
}

export const unsupportedRules: readonly UnsupportedRule[] = [
  { id: 'tkm', reason: 'needs charon-tkm and the Trusted Key Manager in Ada', commands: /\bcharon-tkm\b|\btkm_/ },
  { id: 'ha', reason: 'needs a kernel patch for ClusterIP and the plugin ha', plugins: ['ha'] },
  {
    id: 'tnc',
    reason: 'needs Trusted Network Connect, which Debian’s strongSwan does not bring',
    plugins: ['eap-tnc', 'tnc-pdp', 'tnc-imc', 'tnc-imv', 'tnc-tnccs', 'tnccs-11', 'tnccs-20', 'tnccs-dynamic'],
  },
  {
    id: 'sql',
    reason: 'needs the plugins sql or attr-sql with a database, which Debian’s strongSwan does not bring',
    plugins: ['sql', 'sqlite', 'attr-sql'],
  },
  {
    id: 'crypto-library',
    reason: 'needs strongSwan built with another cryptographic library than Debian’s is',
    plugins: ['botan', 'wolfssl'],
  },
  {
    id: 'post-quantum-plugin',
    reason: 'needs the plugins ntru, newhope or bliss, which Debian’s strongSwan does not bring',
    plugins: ['ntru', 'newhope', 'bliss'],
  },
  {
    id: 'pfkey',
    reason: 'needs the plugin kernel-pfkey, which Debian’s strongSwan does not bring',
    plugins: ['kernel-pfkey'],
  },
];

/** Plugins that the `load` lines of a configuration name. */
function pluginsOf(configuration: string): string[] {
  return [...configuration.matchAll(/^[ \t]*load[ \t]*=(.*)$/gm)].flatMap(([, list = '']) => list.trim().split(/\s+/));
}

/** The first rule that holds for a test. */
export function unsupportedBy(
  { commands, configurations }: TestFacts,
  rules = unsupportedRules,
): UnsupportedRule | undefined {
  const loaded = new Set(configurations.flatMap(pluginsOf));
  return rules.find(
    (rule) => commands.some((line) => rule.commands?.test(line)) || rule.plugins?.some((name) => loaded.has(name)),
  );
}
