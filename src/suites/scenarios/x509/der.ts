import {
  Set as AsnSet,
  type BaseBlock,
  BmpString,
  Constructed,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
} from 'asn1js';

/** A value of ASN.1, not yet encoded. */
export type Asn = BaseBlock;

/** What structures of PKCS#12 are written with; no package that is kept has their types. */
export const sequence = (...value: readonly Asn[]): Asn => new Sequence({ value: [...value] });
export const set = (...value: readonly Asn[]): Asn => new AsnSet({ value: [...value] });
export const integer = (value: number): Asn => new Integer({ value });
export const oid = (value: string): Asn => new ObjectIdentifier({ value });
export const octetString = (octets: Uint8Array): Asn => new OctetString({ valueHex: octets });
export const bmpString = (value: string): Asn => new BmpString({ value });
export const nothing = (): Asn => new Null();

const contextClass = 3;

/** `[number] EXPLICIT`. */
export const explicit = (tagNumber: number, part: Asn): Asn =>
  new Constructed({ idBlock: { tagClass: contextClass, tagNumber }, value: [part] });

/** `[number] IMPLICIT OCTET STRING`. */
export const implicitOctets = (tagNumber: number, octets: Uint8Array): Asn =>
  new Primitive({ idBlock: { tagClass: contextClass, tagNumber }, valueHex: octets });

/** The encoding, DER (X.690). */
export function encoded(value: Asn): Buffer {
  return Buffer.from(value.toBER());
}
