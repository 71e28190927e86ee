/** Labs that costs are measured with, by `suite:name`, and the seed of each. */
export const referenceLabs: readonly string[] = [
  'examples:psk',
  'libreswan:basic-pluto-01',
  'libreswan:ikev2-05-basic-psk',
  'interop:strongswan-6.1.0 to strongswan-6.1.0, own defaults',
];

export const referenceSeed = '1';
