import { addressBytes, addressText, familyOf, prefixOf } from '../../model/addresses.ts';
import type { Nic, Route } from '../../model/topology.ts';

/** A machine of the test bed as its files describe it. */
export interface Machine {
  readonly nics: readonly Nic[];
  readonly routes: readonly Route[];
}

/** What a `*.network` file (systemd.network(5)) says of one interface. */
export interface NetworkFile {
  readonly name: string;
  /** In lower case. */
  readonly mac: string;
  /** With prefix lengths, IPv4 first. */
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
}

/** One `[Section]` of a file: its name, and its settings in order. */
interface Section {
  readonly name: string;
  readonly settings: (readonly [key: string, value: string])[];
}

/** Reads a `*.network` file. One that names no MAC address configures no machine of the suite's own: `undefined`. */
export function readNetworkFile(text: string): NetworkFile | undefined {
  const sections = sectionsOf(text);
  const all = (section: string, key: string): string[] =>
    sections.filter(({ name }) => name === section).flatMap((one) => valuesOf(one, key));
  const [mac] = all('Match', 'MACAddress');
  const [name] = all('Match', 'Name');
  if (mac === undefined || name === undefined) return undefined;
  const gateways = all('Network', 'Gateway').map((via): Route => ({ to: 'default', via }));
  const routes = sections.filter((section) => section.name === 'Route').flatMap(routeOf);
  return {
    name,
    mac: mac.toLowerCase(),
    addresses: byFamily(all('Network', 'Address'), (one) => one),
    routes: [...gateways, ...routes],
  };
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split('\n')) {
    const section = /^\s*\[(\w+)\]/.exec(line)?.[1];
    const [, key, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (section !== undefined) sections.push({ name: section, settings: [] });
    else if (key !== undefined && value !== undefined) sections.at(-1)?.settings.push([key, value]);
  }
  return sections;
}

function valuesOf({ settings }: Section, wanted: string): string[] {
  return settings.flatMap(([key, value]) => (key === wanted ? [value] : []));
}

function routeOf(section: Section): Route[] {
  const [to] = valuesOf(section, 'Destination');
  const [via] = valuesOf(section, 'Gateway');
  return to === undefined || via === undefined ? [] : [{ to: networkOf(to), via }];
}

/** The network that an address with a prefix length is in, in CIDR form. */
function networkOf(text: string): string {
  const { address, prefix } = prefixOf(text);
  const bytes = addressBytes(address).map(
    (byte, index) => byte & (0xff << Math.max(0, Math.min(8, 8 * (index + 1) - prefix))),
  );
  return `${addressText(bytes)}/${prefix}`;
}

/** IPv4 before IPv6, otherwise in their order. */
function byFamily<T>(all: readonly T[], address: (one: T) => string): T[] {
  return [4, 6].flatMap((family) => all.filter((one) => familyOf(address(one)) === family));
}

/** The first PCI slot that libvirt gives away: to shared folders, then to interfaces. udev makes further names of slots. */
const firstSlot = 2;

/**
 * Reads a machine from its description for libvirt (`vm/*.xml`), whose interfaces are `eth0` and on, and the `*.network`
 * files of all machines. `undefined` for a file that describes no interface.
 */
export function readMachine(xml: string, networks: readonly NetworkFile[]): Machine | undefined {
  // Lines of other systems are taken out before a machine for Linux is made.
  const own = without(xml.replace(/^.*<!--bsd\?-->.*$/gm, ''), '<!--', '-->');
  const folders = own.match(/<filesystem\b/g)?.length ?? 0;
  const interfaces = partsOf(own, '<interface', '</interface>').filter(isInterface).map(plugOf);
  if (interfaces.length === 0) return undefined;
  const taken = [...own.matchAll(/<address type='pci'[^<>]*\bslot='(\w+)'/g)].map(([, slot]) => Number(slot));
  const anyMac = interfaces.find(({ mac }) => mac !== undefined)?.mac;
  let slot = firstSlot + folders - 1;
  const routes: Route[] = [];
  const nics = interfaces.map(({ mac, link }, index): Nic => {
    do slot += 1;
    while (taken.includes(slot));
    const name = `eth${index}`;
    const network = networks.find((one) => one.mac === mac && one.name === name);
    routes.push(...(network?.routes ?? []));
    // libvirt draws one where the file has none.
    const drawn = anyMac?.replace(/..$/, '00') ?? '12:00:00:00:00:00';
    return {
      name,
      link,
      mac: mac ?? drawn,
      addresses: network?.addresses ?? [],
      altNames: [`enp0s${slot}`, `ens${slot}`],
    };
  });
  return { nics, routes: byFamily(routes, ({ via }) => via) };
}

/** `<interface …>`, and no element whose name is longer. */
function isInterface(text: string): boolean {
  return !/^<interface\w/.test(text);
}

/** The parts of a text from one mark to the next other one, in the time that its length asks for. */
function partsOf(text: string, from: string, to: string): string[] {
  const parts: string[] = [];
  let start = text.indexOf(from);
  while (start >= 0) {
    const end = text.indexOf(to, start + from.length);
    if (end < 0) break;
    parts.push(text.slice(start, end + to.length));
    start = text.indexOf(from, end + to.length);
  }
  return parts;
}

function without(text: string, from: string, to: string): string {
  let at = 0;
  const kept = partsOf(text, from, to).map((part) => {
    const start = text.indexOf(part, at);
    const before = text.slice(at, start);
    at = start + part.length;
    return before;
  });
  return [...kept, text.slice(at)].join('');
}

/** Where an interface is plugged in; the name of its net may have the place of a prefix before it. */
function plugOf(text: string): { readonly mac: string | undefined; readonly link: string } {
  const mac = /<mac address='([^']+)'/.exec(text)?.[1]?.toLowerCase();
  const link = /<source (?:bridge|network)='(?:@@\w+@@)*([^'@]+)'/.exec(text)?.[1];
  return { mac, link: link ?? 'unplugged' };
}
