/** ID types that all daemons tell from the text alone (RFC 7296, 3.5). */
export type IdentityType = 'ipv4' | 'ipv6' | 'fqdn' | 'rfc822' | 'dn' | 'key-id';

const rules: readonly (readonly [RegExp, IdentityType])[] = [
  [/^keyid:[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'key-id'],
  [/^\d{1,3}(\.\d{1,3}){3}$/, 'ipv4'],
  [/^[0-9a-f]*:[0-9a-f:.]*$/i, 'ipv6'],
  [/^[A-Za-z]+=[^=]/, 'dn'],
  [/^[^@\s/,]+@[^@\s/,]+$/, 'rfc822'],
  [/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'fqdn'],
];

/** The type of an identity; `undefined`: it is none that every daemon reads alike. */
export function identityType(identity: string): IdentityType | undefined {
  return rules.find(([pattern]) => pattern.test(identity))?.[1];
}

/** The parts of a distinguished name (RFC 4514), as written: `CN=west`, `O=Espalier`. Commas within parts are not supported. */
export function distinguishedNameParts(name: string): string[] {
  return name
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The octets of a key ID (ID_KEY_ID), which is written `keyid:NAME`; `undefined`: the identity is of another type. */
export function keyIdOf(identity: string): string | undefined {
  return identityType(identity) === 'key-id' ? identity.slice('keyid:'.length) : undefined;
}
