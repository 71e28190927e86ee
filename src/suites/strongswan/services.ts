/** A program that runs on a machine of the test bed from its boot on. */
export interface Service {
  readonly host: string;
  /** Typed before anything of the test. */
  readonly line: string;
  /** Started only for tests that load this plugin, or type such a command: others could not tell. */
  readonly plugin?: string;
  readonly commands?: RegExp;
}

/** Host keys are made in the lab, from its seed. Newer key exchanges fill a packet, and the suite’s firewalls drop messages about a smaller MTU. */
const startSshd =
  "passwd -qd root; ssh-keygen -qN '' -t ecdsa -f /etc/ssh/ssh_host_ecdsa_key; /usr/sbin/sshd -o KexAlgorithms=curve25519-sha256 2>/dev/null";

const services: readonly Service[] = [
  { host: 'winnetou', line: 'systemctl start apache2' },
  { host: 'winnetou', line: 'systemctl start named', plugin: 'unbound' },
  {
    host: 'winnetou',
    // The suite fills the directory when it makes the machine. Its older versions name a database that OpenLDAP 2.5 dropped.
    line: 'sed -i s/bdb/mdb/ /etc/ldap/slapd.conf; rm -rf /var/lib/ldap/*; slapadd -l /etc/ldap/ldif.txt -f /etc/ldap/slapd.conf; chown -R openldap:openldap /var/lib/ldap /run/slapd; /etc/init.d/slapd start',
    plugin: 'ldap',
  },
  ...['alice', 'moon', 'sun', 'venus', 'winnetou'].map(
    (host): Service => ({ host, line: startSshd, commands: /^ *ssh\s/ }),
  ),
];

/** What decides about services: the plugins that a test loads, and what it types. */
export interface ServiceNeeds {
  readonly plugins: ReadonlySet<string>;
  readonly commands: readonly string[];
}

/** Those that a test may see. */
export function servicesFor(needs: ServiceNeeds): Service[] {
  return services.filter(
    ({ plugin, commands }) =>
      (plugin === undefined || needs.plugins.has(plugin)) &&
      (commands === undefined || needs.commands.some((line) => commands.test(line))),
  );
}
