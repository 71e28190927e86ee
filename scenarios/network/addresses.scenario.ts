import { expect, file, type Host, linux, scenario } from 'espalier';

/** One host with two interfaces: `eth0`, which everything leaves by, and `eth1`. */
const lab = {
  hosts: { host: linux({ files: { '/root/source.py': file('source.py') } }) },
  links: { out: { host: [] }, other: { host: [] } },
} as const;

const remote = '2001:db8:f::1';
/** An address that the second interface alone has. */
const elsewhere = '2001:db8:b::1';

/** What the host sends from, by its first interface. */
const sendsFrom = async (host: Host, to: string): Promise<string> =>
  (await host.exec(`python3 /root/source.py ${to} eth0`)).stdout.trim();

const add = async (host: Host, address: string): Promise<void> => expect(host).toRun(`ip -6 addr add ${address} nodad`);

/** Has everything leave by the first interface; its link-local address. */
async function leaveByFirst(host: Host): Promise<string> {
  await expect(host).toRun('ip -6 route add default dev eth0');
  const { stdout } = await host.exec('ip -6 -o addr show dev eth0 scope link');
  return /inet6 (fe80::[^/]+)\//.exec(stdout)?.[1] ?? 'no link-local address';
}

scenario('IPv6: which source addresses are candidates (RFC 6724, 4)', lab, async ({ hosts: { host } }) => {
  const chooses = async (to: string, source: string): Promise<void> =>
    expect(await sendsFrom(host, to), { what: `source to ${to}` }).toBe(source);
  const own = await leaveByFirst(host);
  await chooses(remote, own);
  await add(host, `${elsewhere}/128 dev eth1`);
  // Linux takes those of all interfaces, as the section allows.
  await chooses(remote, elsewhere);
  // Those of the interface alone for what stays on its link, and for multicast of every scope.
  for (const to of ['fe80::1', 'ff02::1', 'ff0e::1']) await chooses(to, own);
  // And for all destinations where somebody asks for it.
  await expect(host).toRun('sysctl -w net.ipv6.conf.eth0.use_oif_addrs_only=1');
  await chooses(remote, own);
  await add(host, '2001:db8:a::1/128 dev eth0');
  await chooses(remote, '2001:db8:a::1');
});

/** Of two addresses the first is chosen by the rule; each rule that comes later would choose the second. */
const rules = {
  '2, scope': { to: 'ff0e::1', wins: '2001:db8:a::1/128 dev eth0', loses: 'fe80::ff0e/64 dev eth0' },
  '3, not deprecated': {
    to: remote,
    wins: '2001:db8:a::1/128 dev eth0',
    loses: '2001:db8:f::2/128 dev eth0 preferred_lft 0',
  },
  '4, home address': { to: remote, wins: '2001:db8:a::1/128 dev eth0 home', loses: '2001:db8:f::2/128 dev eth0' },
  '5, interface': { to: remote, wins: '2001:db8:a::1/128 dev eth0', loses: '2001:db8:f::2/128 dev eth1' },
  // 2001::/32 has a label of its own in the kernel's table (net/ipv6/addrlabel.c).
  '6, label': { to: remote, wins: '2a00::1/128 dev eth0', loses: '2001::1/128 dev eth0' },
  '8, longest prefix': { to: remote, wins: '2001:db8:f::2/128 dev eth0', loses: '2001:db8:a::1/128 dev eth0' },
} as const;

scenario('IPv6: which candidate is chosen (RFC 6724, 5)', lab, async ({ hosts: { host } }) => {
  await leaveByFirst(host);
  for (const [rule, { to, wins, loses }] of Object.entries(rules)) {
    const [winner = ''] = wins.split('/');
    const [loser = ''] = loses.split('/');
    // In both orders, since the first of two that are equal is taken.
    for (const order of [
      [wins, loses],
      [loses, wins],
    ]) {
      for (const address of order) await add(host, address);
      await expect(await sendsFrom(host, to), { what: `source by rule ${rule}` }).toBe(winner);
      // Without it the other one is good enough, so it was chosen for the rule.
      await expect(host).toRun(`ip -6 addr del ${wins.replace(/ (?:home|preferred.*)$/, '')}`);
      await expect(await sendsFrom(host, to), { what: `source without the address of rule ${rule}` }).toBe(loser);
      await expect(host).toRun(`ip -6 addr del ${loses.replace(/ (?:home|preferred.*)$/, '')}`);
    }
  }
});
