import {
  AttributeTypeAndValue,
  AttributeValue,
  GeneralName,
  Name,
  RelativeDistinguishedName,
} from '@peculiar/asn1-x509';
import { EspalierError } from '../../../base/errors.ts';
import { distinguishedNameParts, identityType } from '../../../connection/identity.ts';

/** Attribute types of RFC 4514, 3, and the e-mail address of RFC 2985. */
const attributes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  C: '2.5.4.6',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
};

/** Attributes whose text is an IA5String. */
const ascii = new Set(['DC', 'E']);

/** A distinguished name, written from its most specific part on as RFC 4514 does: `CN=west.test, O=Espalier`. */
export function distinguishedName(text: string): Name {
  const parts = distinguishedNameParts(text).map((part) => {
    const [, type = '', value = ''] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
    const id = attributes[type.toUpperCase()];
    if (id === undefined) {
      throw new EspalierError('scenario', `${JSON.stringify(part)} is no part of a distinguished name`, {
        remedy: `the parts known are ${Object.keys(attributes).join(', ')}, as in CN=west.test, O=Espalier`,
      });
    }
    return attribute(type.toUpperCase(), id, value);
  });
  return new Name(parts.reverse());
}

function attribute(type: string, id: string, text: string): RelativeDistinguishedName {
  const value = new AttributeValue(
    ascii.has(type) ? { ia5String: text } : type === 'C' ? { printableString: text } : { utf8String: text },
  );
  return new RelativeDistinguishedName([new AttributeTypeAndValue({ type: id, value })]);
}

/** A name as a subjectAltName has it, of the type that it would have as IKE identity. */
export function alternativeName(text: string): GeneralName {
  const type = identityType(text);
  if (type === 'ipv4' || type === 'ipv6') return new GeneralName({ iPAddress: text });
  if (type === 'rfc822') return new GeneralName({ rfc822Name: text });
  if (type === 'fqdn') return new GeneralName({ dNSName: text });
  throw new EspalierError('scenario', `${JSON.stringify(text)} is no address, host name or e-mail address`);
}
