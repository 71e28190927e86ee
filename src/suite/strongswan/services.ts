/** A program that runs on a machine of the test bed from its boot on. */
export interface Service {
  readonly hosts: readonly string[];
  /** Typed before anything of the test. */
  readonly line: string;
  /** Started only for tests that type something like this: others could not tell. */
  readonly commands?: RegExp;
  /** Started only for tests that load this plugin. */
  readonly plugin?: string;
}

const all = ['alice', 'bob', 'carol', 'dave', 'moon', 'sun', 'venus', 'winnetou'];

export const services: readonly Service[] = [
  { hosts: ['winnetou'], line: 'systemctl start apache2' },
  {
    hosts: ['winnetou'],
    // The suite fills the directory when it makes the machine.
    line: 'rm -rf /var/lib/ldap/*; slapadd -l /etc/ldap/ldif.txt -f /etc/ldap/slapd.conf; chown -R openldap:openldap /var/lib/ldap /run/slapd; /etc/init.d/slapd start',
    plugin: 'ldap',
  },
  // Root has no password there.
  { hosts: all, line: 'ssh-keygen -A; passwd -d root; /usr/sbin/sshd', commands: /\bssh\s/ },
];

/** Those that a test may see. */
export function servicesFor(commands: readonly string[], plugins: ReadonlySet<string>): Service[] {
  return services.filter(({ commands: pattern, plugin }) => {
    const typed = pattern === undefined || commands.some((line) => pattern.test(line));
    return typed && (plugin === undefined || plugins.has(plugin));
  });
}
