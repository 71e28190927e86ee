import type { ColumnName } from './columns.ts';

/** The groups into which libreswan's discussion of `kernel_ops` (swan-dev, 2020) parts what a stack does. */
export const groups = {
  1: 'IKE sockets',
  2: 'addresses by route',
  3: 'addresses by interface',
  4: 'address changes',
  5: 'SAs and policies',
  6: 'IPv6 holes',
  7: 'offload',
  8: 'adding addresses',
  9: 'routes',
} as const;

/** A question to west, answered by what a line prints. */
export interface Probe {
  readonly group: keyof typeof groups;
  readonly operation: string;
  /** Typed at a root shell of west. A column may need another line. */
  readonly line: string;
  readonly lineOf?: Readonly<Partial<Record<ColumnName, string>>>;
  /** A line of output that fits says so; `no` counts where `yes` does not. */
  readonly yes: RegExp;
  readonly no: RegExp;
  /** Why nobody asks in some columns. */
  readonly notAsked?: Readonly<Partial<Record<ColumnName, string>>>;
}

/** What has to be done before the next probe. */
export interface Preparation {
  readonly prepare: string;
}

const ping = 'ping -c 1 -W 2 -I 10.1.0.1 10.2.0.1';
const spis = `swanctl --list-sas | awk '$1 == "in" { print $2 }' | sort | tr -d ',\\n'`;
/** The daemons tell each other of the new address; where they compute slowly, that takes its time. */
const moved = "for i in $(seq 30); do sleep 1; swanctl --list-sas | grep -q -F '@ 192.0.2.3[' && break; done";
const reached = `for i in $(seq 5); do reached=$(${ping} | grep -o '[0-9]* received'); [ "$reached" = '1 received' ] && break; done`;
/** How often west has the address that two connections give it. */
const both =
  'for name in one two; do swanctl --initiate --child $name > /dev/null 2>&1; done; ' +
  "shared() { ip -color=never -o address | grep -c -F 'inet 10.9.0.1/'; }; end() { swanctl --terminate --ike $1 > /dev/null 2>&1; }";
const pingSix = "ping -6 -c 1 -W 3 2001:db8:2::2 | grep -o '[0-9]* received'";
const libipsec = '/var/log/libipsec.log';
const noRouteToPeer = 'a route to the peer through the interface would lead ESP back into it';

/** In the order in which they are typed. */
export const probes: readonly (Probe | Preparation)[] = [
  { prepare: 'swanctl --initiate --child net > /dev/null; true' },
  {
    group: 1,
    operation: 'IKE listens on UDP 500 and 4500',
    line: `echo "ports $(awk '{ print $2 }' /proc/net/udp | grep -E ':(01F4|1194)$' | sort | tr '\\n' ' ')"`,
    yes: /^ports .*:01F4 .*:1194/,
    no: /^ports /,
  },
  {
    group: 2,
    operation: 'source address of what goes into the tunnel',
    line: 'ip -color=never -o route get 10.2.0.1',
    yes: /\bsrc 10\.1\.0\.1\b/,
    no: /\bdev\b|unreachable/,
  },
  {
    group: 3,
    operation: 'the stack has an interface of its own',
    line: "ls /sys/class/net | grep -E '^(ipsec|vti)[0-9]+$' || echo none",
    yes: /^(?:ipsec|vti)\d+$/,
    no: /^none$/,
  },
  {
    group: 9,
    operation: 'the daemon installs routes to the peer’s networks',
    line: 'ip -color=never route show table all | grep -F 10.2.0.0/24 || echo none',
    yes: /\btable 220\b/,
    no: /^none$|\bdev (?:ipsec|vti|eth)\d/,
  },
  {
    group: 5,
    operation: 'SAs are in the kernel',
    line: 'ip -color=never xfrm state | grep -E "proto esp spi" || echo none',
    yes: /^\s*proto esp spi 0x/,
    no: /^none$/,
  },
  {
    group: 5,
    operation: 'policies are in the kernel',
    line: 'ip -color=never xfrm policy | grep -A 3 -F "src 10.1.0.0/24" | grep -E "tmpl|proto esp" || echo none',
    yes: /tmpl|proto esp/,
    no: /^none$/,
  },
  {
    group: 5,
    operation: 'an SPI is reserved before the SA is there',
    line: "grep -h -m 1 -E 'got SPI|allocated SPI' /var/log/charon.log || echo none",
    lineOf: { libipsec: `grep -h -m 1 'allocated SPI' ${libipsec} || echo none` },
    yes: /(?:got|allocated) SPI/,
    no: /^none$/,
  },
  { prepare: `${ping} > /dev/null; true` },
  {
    group: 5,
    operation: 'packets and octets of an SA are counted',
    line: "swanctl --list-sas | grep -E '^ +(in|out) ' || echo no SA",
    yes: /, +84 bytes, +1 packets|, +[1-9]\d* bytes, +[1-9]\d* packets/,
    no: / 0 packets|^no SA$/,
  },
  {
    group: 4,
    operation: 'a new address of an interface is noticed',
    line: 'ip address add 192.0.2.77/32 dev eth0; sleep 1; ip address del 192.0.2.77/32 dev eth0; grep -h -F "192.0.2.77 appeared" /var/log/charon.log || echo none',
    yes: /appeared on eth0/,
    no: /^none$/,
  },
  { prepare: 'swanctl --initiate --child six > /dev/null; true' },
  {
    group: 6,
    operation: 'Neighbour Discovery works beside a tunnel to the neighbour',
    line: `before=$(${pingSix}); ip -6 neigh flush dev eth0; echo "before $before, after $(${pingSix}), $(ip -color=never -6 neigh show 2001:db8:2::2)"`,
    yes: /^before 1 received, after 1 received/,
    // Where the tunnel passes nothing before, it is not for want of the neighbour.
    no: /^before 1 received, after 0 received/,
    notAsked: { 'xfrm-interface': noRouteToPeer, vti: noRouteToPeer, none: 'there is no tunnel' },
  },
  {
    group: 5,
    operation: 'an SA that expires is reported',
    line: "sleep 125; grep -h -m 1 -E 'creating (delete|rekey) job for CHILD_SA' /var/log/charon.log || echo none",
    yes: /creating (?:delete|rekey) job/,
    no: /^none$/,
  },
  { prepare: 'swanctl --terminate --ike net > /dev/null; swanctl --terminate --ike six > /dev/null; sleep 1; true' },
  { prepare: 'swanctl --install --child net > /tmp/install 2>&1; true' },
  {
    group: 5,
    operation: 'a packet without an SA asks for one (acquire)',
    line: `ping -c 4 -W 1 -I 10.1.0.1 10.2.0.1 > /dev/null; swanctl --list-sas | grep -E 'INSTALLED' || echo none; tail -n 1 /tmp/install`,
    yes: /INSTALLED/,
    no: /^none$/,
  },
  { prepare: 'swanctl --uninstall --child net > /dev/null; swanctl --terminate --ike net > /dev/null; sleep 1; true' },
  { prepare: 'swanctl --initiate --child net > /dev/null; true' },
  {
    group: 5,
    operation: 'SAs move to another address (migrate)',
    line: `before=$(${spis}); sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1; ip address add 192.0.2.3/24 dev eth0; ip address del 192.0.2.1/24 dev eth0; ${moved}; after=$(${spis}); ${reached}; echo "$([ -n "$before" ] && [ "$before" = "$after" ] && echo same || echo other) SPI, $reached, $(swanctl --list-sas | grep -m 1 local)"`,
    yes: /^same SPI, 1 received, +local .*192\.0\.2\.3\[/,
    no: /^(?:same|other) SPI, \d/,
  },
  {
    prepare:
      'ip address add 192.0.2.1/24 dev eth0; ip address del 192.0.2.3/24 dev eth0; sleep 2; swanctl --terminate --ike net > /dev/null; true',
  },
  // Before the next one: with its setting no SA can be made where no device offloads.
  {
    group: 8,
    operation: 'an address that two connections need stays until both are gone',
    line: `${both}; echo "with both $(shared), $(end one)with the other $(shared), $(end two)without $(shared)"`,
    yes: /^with both 1, with the other 1, without 0$/,
    no: /^with both \d+, /,
  },
  {
    group: 7,
    operation: 'it is found out whether the device offloads ESP',
    line: "sed -i 's/^\\( *\\)esp_proposals/\\1hw_offload = yes\\n\\1esp_proposals/' /etc/swanctl/swanctl.conf; swanctl --load-all > /dev/null 2>&1; swanctl --initiate --child net > /dev/null; ip -color=never xfrm state | grep -m 1 offload || grep -h -i offload /var/log/charon.log | tail -n 1 | grep . || echo none",
    yes: /crypto offload parameters|offload/,
    no: /^none$/,
  },
];
