/**
 * Sysctls that only the machine's first network namespace has, or that can be written only there (net/core/sysctl_net_core.c,
 * nf_conntrack_standalone.c), scripts that speak of that namespace, and programs that speak to the drop monitor, whose netlink family is
 * there alone. `$sc` stands for four sysctls in net/netns-sysctl.sh. The limits of neighbour tables are global too (`ip ntable change`,
 * `gc_thresh3`).
 */
const ofFirst =
  /\bnet[./]core[./](?:message_\w+|netdev_(?:max_backlog|budget\w*)|dev_weight\w*|busy_(?:poll|read)|default_qdisc|\$sc)|\binit[_ ]net(?:ns)?\b|\bdwdump\b|\bip ntable change\b|\bgc_thresh\d/;

/** What a program sets in the namespace that it is started in holds in those that it makes, if that is the first one. */
const inherited = /^\s*forwarding_enable\b/m;
const makesOthers = /\bip netns add\b/;

/** Whether a program wants its host to have the machine's first network namespace. */
export function needsFirstNetwork(text: string): boolean {
  return ofFirst.test(text) || (inherited.test(text) && makesOthers.test(text));
}

/** Programs that open a file which the kernel makes together with a network device. */
const ofDevices = /\/dev\/tap\b|\/dev\/tap%d/;

/**
 * Lines of a host's shell for programs that open such files: its /dev has fixed ones, and devtmpfs those that the kernel makes. What a
 * shell needs of /dev, its terminals and `/dev/fd`, is put back.
 */
const kernelDevices = [
  'mkdir /run/pts; mount --bind /dev/pts /run/pts; mount -t devtmpfs devtmpfs /dev; mkdir -p /dev/pts',
  'mount --move /run/pts /dev/pts; ln -sf pts/ptmx /dev/ptmx; ln -sfn /proc/self/fd /dev/fd',
];

/** Lines that a host's shell is to run before a program, for the device files that it opens. */
export function deviceLines(text: string): readonly string[] {
  return ofDevices.test(text) ? kernelDevices : [];
}
