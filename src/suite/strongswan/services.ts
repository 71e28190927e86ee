/** A program that runs on a machine of the test bed from its boot on. */
export interface Service {
  readonly host: string;
  /** Typed before anything of the test. */
  readonly line: string;
  /** Started only for tests that load this plugin: others could not tell. */
  readonly plugin?: string;
}

const services: readonly Service[] = [
  { host: 'winnetou', line: 'systemctl start apache2' },
  {
    host: 'winnetou',
    // The suite fills the directory when it makes the machine.
    line: 'rm -rf /var/lib/ldap/*; slapadd -l /etc/ldap/ldif.txt -f /etc/ldap/slapd.conf; chown -R openldap:openldap /var/lib/ldap /run/slapd; /etc/init.d/slapd start',
    plugin: 'ldap',
  },
];

/** Those that a test may see. */
export function servicesFor(plugins: ReadonlySet<string>): Service[] {
  return services.filter(({ plugin }) => plugin === undefined || plugins.has(plugin));
}
