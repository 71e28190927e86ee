import { succeed } from '../../base/processes.ts';

/**
 * Facts about an image that decide which tests can run on it, read from its own files: `plugin sql`, `ikev1`.
 */
interface FileFeature {
  /** A file's path; what the pattern captures stands behind the name. */
  readonly path: RegExp;
  readonly name: string;
  /** Bytes that the file must hold. */
  readonly holds?: string;
}

const strongswan = '^/usr/(?:local/)?lib/ipsec';

const fileFeatures: readonly FileFeature[] = [
  { name: 'plugin', path: new RegExp(`${strongswan}/plugins/libstrongswan-([\\w-]+)\\.so$`) },
  {
    name: 'ikev1',
    path: new RegExp(`${strongswan}/libcharon\\.so\\.\\d+\\.\\d+\\.\\d+$`),
    holds: 'aggressive_mode_create',
  },
  { name: 'integrity-test', path: new RegExp(`${strongswan}/libchecksum\\.so$`) },
  {
    name: 'strongswan.conf.testing',
    path: new RegExp(`${strongswan}/libstrongswan\\.so\\.\\d+\\.\\d+\\.\\d+$`),
    holds: '/etc/strongswan.conf.testing',
  },
  { name: 'program', path: /^\/usr\/(?:local\/)?s?bin\/(charon-tkm|dhcpd|pt-tls-client|sqlite3)$/ },
  { name: 'python vici', path: /\/python3[.\d]*\/(?:site|dist)-packages\/vici\/__init__\.py$/ },
];

/** The features of an image, sorted. */
export async function featuresOf(image: string): Promise<string[]> {
  const listed = await succeed('unsquashfs', ['-l', '-d', '', image]);
  const paths = listed.stdout.toString().split('\n');
  const found = await Promise.all(
    fileFeatures.flatMap((feature) => paths.map((path) => featureOf(image, path, feature))),
  );
  return [...new Set(found.filter((name) => name !== undefined))].sort();
}

async function featureOf(image: string, path: string, { name, path: wanted, holds }: FileFeature) {
  const match = wanted.exec(path);
  if (match === null) return undefined;
  if (holds !== undefined) {
    const content = await succeed('unsquashfs', ['-cat', image, path.slice(1)]);
    if (!content.stdout.includes(holds)) return undefined;
  }
  return match[1] === undefined ? name : `${name} ${match[1]}`;
}
