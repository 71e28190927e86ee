import { delay, expect, type Host, ip, linux, type Net, scenario, type XfrmPolicyId } from 'espalier';
import { peer, sent, serve } from './labs.ts';

/**
 * Mobile IPv6 as the kernel has it (RFC 6275). A mobile node keeps its home address while it is on other links. No mobility daemon is packaged, so the
 * scenarios do by hand what one would tell the kernel.
 */
const home = '2001:db8:a1::7';
const correspondent = '2001:db8:c::2';
const agent = '2001:db8:3::2';
const careOf = { first: '2001:db8:1::1', second: '2001:db8:2::1' } as const;
type Place = keyof typeof careOf;
const gateway = { first: '2001:db8:1::2', second: '2001:db8:2::2' } as const;

/** `mobile` visits two links of the router `access`; behind that, the home agent, and behind it the correspondent. */
const lab = {
  hosts: {
    mobile: linux({ files: peer, routes: { default: gateway.first } }),
    access: linux({ routes: { '2001:db8:c::/64': agent } }),
    agent: linux({ routes: { '2001:db8:1::/64': '2001:db8:3::1', '2001:db8:2::/64': '2001:db8:3::1' } }),
    correspondent: linux({ files: peer, routes: { default: '2001:db8:c::1' } }),
  },
  links: {
    first: { mobile: `${careOf.first}/64`, access: `${gateway.first}/64` },
    second: { mobile: `${careOf.second}/64`, access: `${gateway.second}/64` },
    core: { access: '2001:db8:3::1/64', agent: `${agent}/64` },
    far: { agent: '2001:db8:c::1/64', correspondent: `${correspondent}/64` },
    inside: { mobile: '2001:db8:a9::1/64' },
  },
  tolerates: [{ what: 'half-open', why: 'the scenario makes and moves SAs by hand, first on one host alone' }],
} as const;

/** Has the mobile node on a link: its packets leave there. */
async function visit(mobile: Host, place: Place): Promise<void> {
  await expect(mobile).toRun(`ip -6 route replace default via ${gateway[place]}`);
}

/** What a host is told of a binding: its SAs of the mode `ro` name the care-of address, its policies ask for them. */
async function bind(host: Host, place: Place, isNew: boolean): Promise<void> {
  const isMobile = host.name === 'mobile';
  for (const { protocol, from, to, direction } of [
    // RFC 6275, 6.3: packets of the mobile node have its home address in an option. 6.4: those to it have a routing header of type 2.
    { protocol: 'hao', from: home, to: correspondent, direction: isMobile ? 'out' : 'in' },
    { protocol: 'route2', from: correspondent, to: home, direction: isMobile ? 'in' : 'out' },
  ]) {
    const verb = isNew ? 'add' : 'update';
    await expect(host).toRun(
      `ip xfrm state ${verb} src ${from} dst ${to} proto ${protocol} mode ro coa ${careOf[place]}`,
    );
    if (isNew) {
      const template = `tmpl src ${from} dst ${to} proto ${protocol} mode ro`;
      await expect(host).toRun(`ip xfrm policy add src ${from} dst ${to} dir ${direction} ptype sub ${template}`);
    }
  }
}

/** The packets of a kind that cross a link while something is done. */
async function crossing(
  net: Net<'first' | 'second'>,
  { link, from, protocol }: { readonly link: Place; readonly from: Host; readonly protocol: number },
  work: () => Promise<unknown>,
): Promise<readonly Buffer[]> {
  const rule = await net.link(link).on(ip({ from, protocol, times: 'all' }), delay('1ms'));
  await work();
  await rule.end();
  // What lies behind the Ethernet header.
  return rule.frames.map((frame) => Buffer.from(frame).subarray(14));
}

/** An address of IPv6 in hexadecimal digits. */
function digits(address: string): string {
  const [front = '', back = ''] = address.split('::').map((half) =>
    half
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
  );
  return front + back.padStart(32 - front.length, '0');
}

/** Next headers (IANA): destination options, routing. */
const [options, routing] = [60, 43];

scenario(
  'Mobile IPv6: home address option and routing header; the home address stays through a handover',
  lab,
  async ({ hosts: { mobile, access, correspondent: other }, net }) => {
    const reach = { from: home } as const;
    await expect(mobile).toRun(`ip addr add ${home}/128 dev lo home nodad`);
    // Nobody leads to the home address while the node is away.
    await expect(mobile).not.toReach(correspondent, reach);
    await bind(mobile, 'first', true);
    // RFC 6275, 9.3.1: a home address option without a binding is not accepted.
    await expect(mobile).not.toReach(correspondent, reach);
    await bind(other, 'first', true);
    const ping = async (): Promise<void> => expect(mobile).toReach(correspondent, reach);
    const [there] = await crossing(net, { link: 'first', from: mobile, protocol: options }, ping);
    await expect(there?.subarray(8, 24).toString('hex'), { what: 'source on the link' }).toBe(digits(careOf.first));
    await expect(there?.toString('hex') ?? '', { what: 'the packet, with the option' }).toMatch(`c910${digits(home)}`);
    const [back] = await crossing(net, { link: 'first', from: access, protocol: routing }, ping);
    await expect(back?.subarray(24, 40).toString('hex'), { what: 'destination on the link' }).toBe(
      digits(careOf.first),
    );
    await expect(back?.subarray(40, 64).toString('hex') ?? '', { what: 'the routing header' }).toMatch(
      new RegExp(`^3a020201.{8}${digits(home)}$`),
    );

    await visit(mobile, 'second');
    await bind(mobile, 'second', false);
    // The correspondent takes the option from the care-of address of the binding alone.
    await expect(mobile).not.toReach(correspondent, reach);
    await bind(other, 'second', false);
    const [moved] = await crossing(net, { link: 'second', from: mobile, protocol: options }, ping);
    await expect(moved?.subarray(8, 24).toString('hex'), { what: 'source on the link' }).toBe(digits(careOf.second));
  },
);

/** The tunnel between the mobile node and its home agent, about what belongs to the mobile node. */
const tunnel = { protocol: 'esp', mode: 'tunnel', reqid: 1, replayWindow: 32 } as const;

/** Policies of one end of the tunnel; `own` is the mobile node's home address, or the network that it carries. */
function policiesOf(host: Host, own: string): readonly XfrmPolicyId[] {
  const there = { source: own, destination: '2001:db8:c::/64' };
  const back = { source: '2001:db8:c::/64', destination: own };
  if (host.name === 'agent') {
    return [
      { ...there, direction: 'in' },
      { ...there, direction: 'fwd' },
      { ...back, direction: 'out' },
    ];
  }
  return [
    { ...there, direction: 'out' },
    { ...back, direction: 'in' },
    { ...back, direction: 'fwd' },
  ];
}

/** Outer addresses of a policy's tunnel while the mobile node is at a place. */
const ends = ({ source }: XfrmPolicyId, place: Place): readonly [string, string] =>
  source === '2001:db8:c::/64' ? [agent, careOf[place]] : [careOf[place], agent];

async function connectTunnel(host: Host, own: string): Promise<void> {
  for (const [spi, from, to] of [
    [0x1001, careOf.first, agent],
    [0x1002, agent, careOf.first],
  ] as const)
    await host.xfrm.state.add({ ...tunnel, spi, source: from, destination: to });
  for (const policy of policiesOf(host, own)) {
    const [source, destination] = ends(policy, 'first');
    await host.xfrm.policy.add({
      ...policy,
      templates: [{ protocol: 'esp', mode: 'tunnel', reqid: 1, source, destination }],
    });
  }
}

/** XFRM_MSG_MIGRATE moves SAs and policies together (RFC 4555 for IKE, RFC 6275, 11.3.2 for the home agent's tunnel). */
async function moveTunnel(host: Host, own: string): Promise<void> {
  for (const policy of policiesOf(host, own))
    await host.xfrm.migrate({ policy, reqid: 1, from: ends(policy, 'first'), to: ends(policy, 'second') });
}

for (const { title, own, from } of [
  { title: 'Mobile IPv6: the tunnel to the home agent', own: `${home}/128`, from: home },
  // RFC 3963: what is behind a mobile router moves with it.
  { title: 'NEMO: the tunnel of a mobile network', own: '2001:db8:a9::/64', from: '2001:db8:a9::1' },
]) {
  scenario(`${title} migrates, and a connection goes on`, lab, async ({ hosts, clock, net }) => {
    const { mobile, agent: homeAgent, correspondent: other } = hosts;
    await expect(mobile).toRun(`ip addr add ${home}/128 dev lo nodad`);
    await expect(homeAgent).toRun(`ip -6 route add ${own} via 2001:db8:3::1`);
    await connectTunnel(mobile, own);
    await expect(mobile).not.toReach(correspondent, { from });
    await connectTunnel(homeAgent, own);
    await expect(mobile).toReach(correspondent, { from });

    await serve(other, 'tcp', correspondent);
    await net.link('far').rate('10mbit');
    const sizes = Array.from({ length: 40 }, (_, at) => 200_000 + at);
    await mobile.exec(
      `(PATIENCE=30 BIND=${from} python3 /root/peer.py send tcp ${correspondent} ${sizes.join(' ')} >/run/sent 2>&1 &)`,
    );
    await clock.advance('1s');
    await net.link('first').cut();
    await visit(mobile, 'second');
    await moveTunnel(mobile, own);
    await expect(mobile).not.toReach(correspondent, { from });
    await moveTunnel(homeAgent, own);
    await expect(mobile).toReach(correspondent, { from });
    await expect(mobile).toHaveFile('/run/sent', /^answered 40/);
    await expect(await sent(mobile, { kind: 'tcp', to: correspondent, sizes: [1000] }), { what: 'messages' }).toBe(
      'answered 1',
    );
    await expect((await mobile.xfrm.state.list()).length, { what: 'SAs', host: mobile }).toBe(2);
    await expect(mobile).not.toHaveSentInClear({ from });
  });
}
