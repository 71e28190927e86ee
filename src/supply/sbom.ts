/** The software bill of materials: what Espalier runs with and what labs are made from, in CycloneDX 1.6 (ECMA-424). */
import { sha256File } from '../base/files.ts';
import { projectDir } from '../base/folders.ts';
import { type LockFile, readLock } from './debian/lock-file.ts';
import { imageStore } from './image/image.ts';
import { installedPackages, manifestIn } from './installed-packages.ts';
import { kernelStore } from './kernel/kernel.ts';

interface Hash {
  readonly alg: 'SHA-256' | 'SHA-512';
  /** In hex. */
  readonly content: string;
}

/** What the document says of one thing. */
interface Component {
  readonly type: 'library' | 'application' | 'platform' | 'operating-system' | 'file';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly ({ readonly expression: string } | { readonly license: { readonly id: string } })[];
  readonly hashes?: readonly Hash[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

/** Everything that is known here, in an order of its own; the same installation gives the same text. */
export async function makeSbom(): Promise<Bom> {
  const own = manifestIn(projectDir);
  const components = [...npmComponents(), await node(), ...debianComponents(readLock()), ...madeComponents()];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own.name,
        name: own.name,
        version: own.version,
        licenses: own.license === undefined ? [] : [licence(own.license)],
      },
    },
    components,
  };
}

/** Packages that are loaded when Espalier runs, as they are installed; what develops it is left out. */
function npmComponents(): Component[] {
  return installedPackages(projectDir).map(({ name, version, license, sha512 }): Component => {
    const purl = `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      purl,
      licenses: license === undefined ? [] : [licence(license)],
      ...(sha512 !== undefined && { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
    };
  });
}

/** Of SPDX: one licence by its id, several as an expression. */
function licence(text: string): { expression: string } | { license: { id: string } } {
  return /[ ()]/.test(text) ? { expression: text } : { license: { id: text } };
}

/** The Node that runs this, by its own bytes. */
async function node(): Promise<Component> {
  const version = process.versions.node;
  return {
    type: 'platform',
    'bom-ref': `pkg:generic/node@${version}`,
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-256', content: await sha256File(process.execPath) }],
  };
}

/** What kernels and images are made from, as `images/lock.json` pins it: versions, whose bytes apt verifies when it fetches them. */
function debianComponents({ kernel, images }: LockFile): Component[] {
  const found = new Map<string, { component: Component; images: string[] }>();
  const add = (component: Component, image: string): void => {
    const ref = component['bom-ref'];
    const known = found.get(ref) ?? { component, images: [] };
    found.set(ref, { component, images: [...known.images, image] });
  };
  if (kernel !== undefined) add(debianPackage(kernel.package, kernel.version, 'all'), 'kernel');
  for (const [image, { packages, source }] of Object.entries(images)) {
    for (const file of [...packages, ...(source?.packages ?? [])]) {
      const [, name, version, architecture] = /^([^_]+)_(.+)_([^_]+)\.deb$/.exec(file) ?? [];
      if (name && version && architecture) add(debianPackage(name, version, architecture), image);
    }
    if (source !== undefined) add(sourceArchive(source), image);
  }
  const all = [...found.values()].map(({ component, images: names }): Component => {
    const used = [...new Set(names)].sort().map((value) => ({ name: 'espalier:image', value }));
    return { ...component, properties: used };
  });
  return all.sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
}

function debianPackage(name: string, version: string, architecture: string): Component {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

function sourceArchive({ file, sha256 }: { readonly file: string; readonly sha256: string }): Component {
  const [, name = file, version = 'unknown'] = /^([^_]+)_(.+?)\.orig\.tar/.exec(file) ?? [];
  return {
    type: 'file',
    'bom-ref': file,
    name,
    version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  };
}

/** Kernels and images that the cache holds now, by their bytes. */
function madeComponents(): Component[] {
  const kernels = kernelStore
    .list()
    .map(({ id, sha256, facts }) => ({ kind: 'kernel', id, sha256, version: facts.version }));
  const images = imageStore
    .list()
    .map(({ id, sha256, facts }) => ({ kind: 'image', id, sha256, version: facts.recipeHash }));
  return [...kernels, ...images]
    .map(
      ({ kind, id, sha256, version }): Component => ({
        type: kind === 'kernel' ? 'operating-system' : 'file',
        'bom-ref': `${kind}:${id}`,
        name: id,
        version,
        hashes: [{ alg: 'SHA-256', content: sha256 }],
        properties: [{ name: 'espalier:made', value: kind }],
      }),
    )
    .sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
}
