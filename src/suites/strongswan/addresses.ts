/** Addresses of a host of the test bed, as `testing.conf` names them. */
interface HostAddresses {
  readonly first: readonly [ipv4: string, ipv6: string];
  /** Of the second interface, or the virtual one. */
  readonly second?: readonly [ipv4: string, ipv6: string];
}

const addresses: Readonly<Record<string, HostAddresses>> = {
  alice: { first: ['10.1.0.10', 'fec1::10'], second: ['192.168.0.50', 'fec0::5'] },
  bob: { first: ['10.2.0.10', 'fec2::10'] },
  carol: { first: ['192.168.0.100', 'fec0::10'], second: ['10.3.0.1', 'fec3::1'] },
  dave: { first: ['192.168.0.200', 'fec0::20'], second: ['10.3.0.2', 'fec3::2'] },
  moon: { first: ['192.168.0.1', 'fec0::1'], second: ['10.1.0.1', 'fec1::1'] },
  sun: { first: ['192.168.0.2', 'fec0::2'], second: ['10.2.0.1', 'fec2::1'] },
  venus: { first: ['10.1.0.20', 'fec1::20'] },
  winnetou: { first: ['192.168.0.150', 'fec0::15'] },
};

/** Names of placeholders and what they stand for, in the order in which the suite's driver replaces them. */
const placeholders: readonly (readonly [name: string, address: string])[] = Object.entries(addresses).flatMap(
  ([host, { first, second }]) => {
    const name = host.toUpperCase();
    // The driver's word for bob's IPv6 address is another one than for all others.
    const six = host === 'bob' ? 'IPV6' : 'IP6';
    const others = second && [[`PH_IP_${name}1`, second[0]] as const, [`PH_IP6_${name}1`, second[1]] as const];
    return [...(others ?? []), [`PH_IP_${name}`, first[0]] as const, [`PH_${six}_${name}`, first[1]] as const];
  },
);

/** Puts addresses in place of placeholders. Texts are Latin-1, one character per byte. */
export function withAddresses(text: string): string {
  return placeholders.reduce((done, [name, address]) => done.replaceAll(name, address), text);
}

/** The file with addresses in it; the driver leaves files that end in `.pem` alone. */
export function fileWithAddresses(path: string, content: Uint8Array): Uint8Array {
  if (path.endsWith('.pem')) return content;
  const text = Buffer.from(content).toString('latin1');
  return text.includes('PH_IP') ? Buffer.from(withAddresses(text), 'latin1') : content;
}
