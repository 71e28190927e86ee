/**
 * What "unmodified" still needs: every place where a lab differs from the machines that the suite
 * was written on, with the reason. No adaptation names a test.
 */
export type Adaptation = GuestFile | HostSetup | ReceivedText;

interface Described {
  readonly id: string;
  readonly reason: string;
}

/** A file put over the hosts' own before the first command. */
export interface GuestFile extends Described {
  readonly kind: 'guest-file';
  /** Host name, or `*`. */
  readonly host: string;
  readonly path: string;
  readonly mode: number;
  /** File below `guest/` here. */
  readonly source: string;
  /** Left out with `--helpers=upstream`: it replaces a helper of the suite. */
  readonly replacesHelper?: boolean;
}

/** A line run by every host's shell before the first prompt, not recorded. */
export interface HostSetup extends Described {
  readonly kind: 'host-setup';
  readonly line: string;
}

/**
 * A rewrite of sanitized text that a lab's console gave, never of references. A console that
 * matches its reference as it is needs none; verdicts tell which were needed.
 */
export interface ReceivedText extends Described {
  readonly kind: 'received-text';
  /** Text as Latin-1, one character per byte. */
  readonly rewrite: (text: string) => string;
}

export const adaptations: readonly Adaptation[] = [
  {
    id: 'swan-prep',
    kind: 'guest-file',
    reason:
      'the suite’s own is a Python program for machines that are used again and again: it needs pexpect, rsync and systemd, and takes most of a short test’s time',
    host: '*',
    path: '/testing/guestbin/swan-prep',
    mode: 0o755,
    source: 'swan-prep',
    replacesHelper: true,
  },
  {
    id: 'systemctl',
    kind: 'guest-file',
    reason: 'hosts are namespaces without systemd; `ipsec start`, `stop` and `restart` go through systemctl',
    host: '*',
    path: '/usr/bin/systemctl',
    mode: 0o755,
    source: 'systemctl',
  },
  {
    id: 'pidof',
    kind: 'guest-file',
    reason: 'programs take no time in a lab: a script that has told a daemon to end would look for it before it could',
    host: '*',
    path: '/usr/local/bin/pidof',
    mode: 0o755,
    source: 'pidof',
  },
  {
    id: 'locale',
    kind: 'host-setup',
    reason: 'references were sorted as English text; and Debian’s ip colours what it prints to a terminal',
    line: 'export LC_COLLATE=en_US.UTF-8 NO_COLOR=1',
  },
  {
    id: 'xfrm-state-direction',
    kind: 'received-text',
    reason: 'kernels from 6.10 on tell the direction of an SA (`dir in`, `dir out`); the references are older',
    rewrite: (text) => text.replace(/^\tdir (?:in|out) ?\n/gm, ''),
  },
  {
    id: 'tcpdump-service-names',
    kind: 'received-text',
    reason: 'where the references were made `tcpdump -n` (patched there) still prints the names of ports 500 and 4500',
    rewrite: (text) =>
      text.replace(/^IP6? .*$/gm, (line) =>
        line.replace(/\.500(?=[ :])/g, '.isakmp').replace(/\.4500(?=[ :])/g, '.ipsec-nat-t'),
      ),
  },
];

/** The rewrites among them. */
export function receivedText(all = adaptations): ReceivedText[] {
  return all.filter((one) => one.kind === 'received-text');
}
