/**
 * What "unmodified" still needs: every place where a lab differs from the machines that the suite was written for, with
 * the reason. No adaptation names a test.
 */
export type Adaptation = GuestFile | GuestFolders | HostSetup | WrittenThrough;

interface Described {
  readonly id: string;
  readonly reason: string;
  /** Not needed where the image has this (`images/features.json`). */
  readonly unless?: string;
}

/** A file put over the hosts' own before the first command. */
export interface GuestFile extends Described {
  readonly kind: 'guest-file';
  readonly path: string;
  readonly mode: number;
  /** File below `guest/` here. */
  readonly source: string;
}

/** Empty folders that every host has before the first command: path to mode. */
export interface GuestFolders extends Described {
  readonly kind: 'guest-folders';
  readonly modes: Readonly<Record<string, number>>;
}

/** A symbolic link of the image: the suite's copying writes through it, a lab's would take its place. */
export interface WrittenThrough extends Described {
  readonly kind: 'written-through';
  readonly path: string;
  readonly target: string;
}

/** A line run by every host's shell before the first prompt, not recorded. */
export interface HostSetup extends Described {
  readonly kind: 'host-setup';
  readonly line: string;
}

export const adaptations: readonly Adaptation[] = [
  {
    id: 'remote-shell',
    kind: 'guest-file',
    reason:
      'the driver uses ssh, where commands have pipes and no terminal; a lab has one shell on a terminal per host',
    path: '/usr/local/lib/espalier/remote-shell',
    mode: 0o644,
    source: 'remote-shell',
  },
  {
    id: 'remote-shell-read',
    kind: 'host-setup',
    reason: 'the same',
    line: '. /usr/local/lib/espalier/remote-shell',
  },
  {
    id: 'systemctl',
    kind: 'guest-file',
    reason: 'hosts are namespaces without systemd; this does what strongSwan’s unit file says, in the same order',
    path: '/usr/local/bin/systemctl',
    mode: 0o755,
    source: 'systemctl',
  },
  {
    id: 'waiting-connection',
    kind: 'guest-file',
    reason:
      'the suite’s helper starts three programs per round; this one waits for the same condition, equally long, with fewer',
    path: '/usr/local/bin/expect-connection',
    mode: 0o755,
    source: 'expect-connection',
  },
  {
    id: 'waiting-file',
    kind: 'guest-file',
    reason: 'the same for files',
    path: '/usr/local/bin/expect-file',
    mode: 0o755,
    source: 'expect-file',
  },
  {
    id: 'integrity-test',
    kind: 'guest-file',
    reason:
      'Debian’s strongSwan is built without checksums of itself and refuses to start if a test enables the check; this includes the suite’s own file and then turns that one setting off',
    unless: 'integrity-test',
    path: '/etc/strongswan.conf.espalier',
    mode: 0o644,
    source: 'strongswan.conf',
  },
  {
    id: 'machine-id',
    kind: 'guest-file',
    reason:
      'systemd draws it when a machine first boots; the suite’s machines are copies of one, so it is the same on all of them; tests of integrity call a device by it',
    path: '/var/lib/dbus/machine-id',
    mode: 0o644,
    source: 'machine-id',
  },
  {
    id: 'daemon-folders',
    kind: 'guest-folders',
    reason: 'on the suite’s machines systemd creates these, some for a daemon’s own user; /run is empty in every lab',
    modes: {
      '/run/apache2': 0o755,
      '/run/freeradius': 0o1777,
      '/run/lock': 0o755,
      '/run/named': 0o755,
      '/run/openldap': 0o1777,
      '/run/slapd': 0o755,
      '/run/sshd': 0o755,
      '/var/log/apache2/ocsp': 0o755,
    },
  },
  {
    id: 'radius-users',
    kind: 'written-through',
    reason: 'FreeRADIUS reads its users from this path; Debian keeps the old name as a link',
    path: '/etc/freeradius/3.0/users',
    target: '/etc/freeradius/3.0/mods-config/files/authorize',
  },
  {
    id: 'configuration',
    kind: 'host-setup',
    reason: 'the suite’s strongSwan is compiled with another name of its configuration file than Debian’s',
    unless: 'strongswan.conf.testing',
    line: 'export STRONGSWAN_CONF=/etc/strongswan.conf.espalier',
  },
  {
    id: 'gateway',
    kind: 'host-setup',
    reason:
      'the machine that runs the suite’s guests is their default gateway: it answers ARP, forwards nothing and rejects packets; here winnetou does that, from its own address',
    line: 'case $HOSTNAME in moon|sun|carol|dave) ip neigh add 192.168.0.254 lladdr 52:54:00:4b:23:fa nud permanent dev eth0;; winnetou) ip neigh add 192.168.0.254 lladdr 52:54:00:97:f9:fd nud permanent dev eth0; ip rule add iif eth0 unreachable;; alice) ip link set eth1 down;; esac',
  },
];

/** Those that an image with these features needs. */
export function adaptationsFor(features: ReadonlySet<string>): Adaptation[] {
  return adaptations.filter(({ unless }) => unless === undefined || !features.has(unless));
}
