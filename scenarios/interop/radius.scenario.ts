import { type DaemonHost, drop, expect, type Host, ip, linux, radiusServer, scenario } from 'espalier';
import { type Ends, isUp, start } from './bodies.ts';
import { between2, credentialOf, type EapMethod, end } from './connections.ts';
import { column, current, earlier, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];
const secret = 'what gateways know';
const address = '10.9.0.1';
const identity = 'aaa.test';

/** The responder asks a server about the initiator (RFC 3579), and has neither its password nor its certificate. */
function lab(pair: Pair, method: EapMethod, password = 'what the user knows') {
  const { hosts, links } = direct(pair);
  const server = radiusServer({
    secret,
    users: [{ user: 'west-user', password }],
    credential: credentialOf(identity),
  });
  const west = end('west', method, { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'rsa', {
    address: outer[4].east,
    selectors: [eastNet],
    radius: { server: address, secret, identity },
  });
  const definition = {
    hosts: { ...hosts, aaa: linux({ image: 'radius', files: server.files }) },
    links: { ...links, back: { east: '10.9.0.2/24', aaa: `${address}/24` } },
    connections: [between2(west, east)],
    limits: 'unsupported',
  } as const;
  return { server, definition };
}

interface Hosts extends Ends {
  readonly aaa: Host;
}

async function begin({ west, east, aaa }: Hosts, line: string): Promise<void> {
  await expect(aaa).toRun(line);
  await start({ west, east });
  await west.initiate('net');
}

async function hasNone(...hosts: readonly DaemonHost[]): Promise<void> {
  for (const host of hosts) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
}

const strongswans = [...current, ...earlier].filter(({ implementation }) => implementation === 'strongswan');

for (const pair of [...pairs(current, current), ...pairs(strongswans, strongswans.slice(1))]) {
  for (const method of ['EAP-MSCHAPv2', 'EAP-MD5', 'EAP-TLS'] as const) {
    const { server, definition } = lab(pair, method);
    scenario(`${column(pair)}, ${method} by RADIUS`, definition, async ({ hosts }) => {
      await begin(hosts, server.start);
      await isUp(hosts, path);
      await expect(hosts.aaa).toHaveFile(server.log, /Login OK: \[west(-user|\.test)\]/);
    });
  }
  const { server, definition } = lab(pair, 'EAP-MSCHAPv2', 'what the user knew');
  scenario(`${column(pair)}, refused by RADIUS`, definition, async ({ hosts }) => {
    await begin(hosts, server.start);
    await expect(hosts.aaa).toHaveFile(server.log, /Login incorrect.*\[west-user\]/);
    await expect(hosts.east).toHaveLogged(/RADIUS authentication of 'west-user' failed/);
    await hasNone(hosts.west, hosts.east);
  });
  scenario(`${column(pair)}, RADIUS does not answer`, definition, async ({ hosts, net }) => {
    await net.link('back').on(ip({ protocol: 17, from: 'aaa', times: 'all' }), drop());
    await begin(hosts, server.start);
    await expect(hosts.east).toHaveLogged('RADIUS Access-Request timed out');
    await hasNone(hosts.west, hosts.east);
  });
}
