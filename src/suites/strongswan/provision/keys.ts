import { join } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../../base/artifacts.ts';
import { sha256 } from '../../../base/files.ts';
import { say } from '../../../base/log.ts';
import { succeed } from '../../../base/processes.ts';
import { startProgress } from '../../../base/progress.ts';
import type { LabSupply } from '../../../lab/supply.ts';
import type { LabPlan, PlacedFile } from '../../../model/scenario.ts';
import type { Image } from '../../../supply/image/image.ts';
import { runMakingLab } from '../../making-lab.ts';
import { packTree } from '../../packed-tree.ts';
import { SuiteFiles } from '../../suite-files.ts';
import type { StrongswanTree } from '../obtain.ts';
import { timing } from '../strongswan.ts';
import { largestText } from '../test-files.ts';

const facts = z.object({ kernel: z.string(), image: z.string() });
type Facts = z.infer<typeof facts>;
const materials = new ArtifactStore<Facts>({ name: 'keys', file: 'keys.tar', facts });

/** What certificates, revocation lists and zones are made from. */
export interface StrongswanKeyInputs {
  readonly tree: StrongswanTree;
  /** The image that the tests run on: its pki makes the certificates. */
  readonly image: Image;
  readonly supply: LabSupply;
}

/**
 * Stands before pki. A key of 16384 bits, as one test of TLS with huge certificates wants, takes minutes, and there are
 * four; all other keys have the size that the suite asks for. For digests of SHA-3 the suite names plugins that Debian does
 * not bring; without their names OpenSSL does the same. A suite that still knows BLISS gets empty files for it: no test that
 * would read them can run with Debian's strongSwan.
 */
function pkiBefore(pki: string, makesCertificates: string): string {
  const ofDebian = pki === '/usr/bin/pki';
  const knowsBliss = ofDebian && makesCertificates.includes('--type bliss');
  return `#!/bin/bash
for arg; do [ "$arg" = 16384 ] && arg=4096; args+=("$arg"); done
${knowsBliss ? 'case "$*" in *bliss*) exit 0 ;; esac\n' : ''}${ofDebian ? 'case $PKI_PLUGINS in *sha3*) unset PKI_PLUGINS ;; esac\n' : ''}exec ${pki} "\${args[@]}"
`;
}

/**
 * Stands before Debian's openssl where the suite was written for a version before 3, which writes RSA keys in the form that
 * is called traditional since: the only one that plugins of the suite's daemons read.
 */
const opensslOfOld = `#!/bin/bash
[ "$1" = rsa ] && set -- "$@" -traditional
exec /usr/bin/openssl "$@"
`;

/** Programs that stand before those of the image. */
function programsOf({ tree, image }: Pick<StrongswanKeyInputs, 'tree' | 'image'>): PlacedFile[] {
  const makesCertificates = new SuiteFiles(tree.dir)
    .read(join(tree.dir, 'scripts', 'build-certs-chroot'), largestText)
    .toString('latin1');
  // What was built from source lies where these would.
  const folder = image.built ? '/usr/local/lib/espalier/bin' : '/usr/local/bin';
  const program = (name: string, text: string): PlacedFile => {
    return { host: '*', path: `${folder}/${name}`, mode: 0o755, content: Buffer.from(text) };
  };
  const pki = program('pki', pkiBefore(image.built ? '/usr/local/bin/pki' : '/usr/bin/pki', makesCertificates));
  return makesCertificates.includes('-traditional') ? [pki] : [pki, program('openssl', opensslOfOld)];
}

/**
 * The suite's own script makes all certificates and keys; then winnetou gets what its guest image gets there: revocation
 * lists, certificates by hash, and signed zones. `bash`, since neither file need be executable.
 */
const script: readonly string[] = [
  'cp -r /suite /testing',
  'bash /testing/scripts/build-certs-chroot',
  'cp -rf /testing/hosts/default/* / && cp -rf /testing/hosts/winnetou/etc /',
  'export STRONGSWAN_CONF=/etc/strongswan.conf.testing',
  'mkdir -p /var/www/certs/research /var/www/certs/sales',
  'bash /etc/ca/generate-crl',
  'dnssec-signzone -K /etc/bind -o strongswan.org. /etc/bind/db.strongswan.org',
  'dnssec-signzone -K /etc/bind -o org. /etc/bind/db.org',
  'dnssec-signzone -K /etc/bind -o . /etc/bind/db.root',
  'mkdir -p /testing/made/winnetou',
  'tar c -C / var/www etc/bind etc/ca | tar x -C /testing/made/winnetou',
  'tar cf /made.tar -C / testing/hosts testing/tests testing/made',
];

/** The lab's clock stands a day before that of the tests, so that nothing in them is of the future. */
const day = 86_400_000_000_000n;

function planOf(inputs: StrongswanKeyInputs, layer: string): LabPlan {
  const { image } = inputs;
  return {
    topology: { hosts: [{ name: 'winnetou', nics: [], routes: [], sysctls: [] }], links: [] },
    images: { winnetou: image.path },
    sharedTrees: [{ path: '/suite', layers: [layer] }],
    files: programsOf(inputs),
    cwd: '/root',
    shellSetup: ['export LEAK_DETECTIVE_DISABLE=1 PATH=/usr/local/lib/espalier/bin:$PATH'],
    steps: script.map((line, index) => ({
      kind: 'command',
      host: 'winnetou',
      line,
      origin: { file: 'key material', line: index + 1 },
    })),
    timing: { ...timing, start: timing.start - day, deadline: timing.deadline * 100n },
    collect: ['/made.tar'],
    memory: 1024,
  };
}

async function make(out: string, inputs: StrongswanKeyInputs): Promise<Facts> {
  using progress = startProgress('making certificates and keys for strongSwan’s suite', { expectedMs: 240_000 });
  const packed = await packTree(inputs.tree.dir);
  const { supply, image } = inputs;
  const plan = planOf(inputs, packed.path);
  await runMakingLab({ what: 'the key material of strongSwan’s suite', plan, supply }, async (files) => {
    // The cache may lie on another file system.
    await succeed('mv', [join(files, 'winnetou', 'made.tar'), out]);
  });
  progress.end('made certificates and keys for strongSwan’s suite');
  return { kernel: (await supply.kernel()).id, image: image.id };
}

/**
 * The suite's `hosts` and `tests` with all that its own script makes for them, as one tar file; made in a seeded lab
 * shortly before the virtual date of the tests, so that nothing of it expires there.
 */
export async function ensureStrongswanKeys(inputs: StrongswanKeyInputs): Promise<Artifact<Facts>> {
  const { image, tree } = inputs;
  const tools = ['strongswan-pki', 'libstrongswan', 'openssl', 'bind9-utils'].map((name) => image.versions[name]);
  if (image.built) tools.push(image.built.id);
  const suite = (await packTree(tree.dir)).sha256;
  const identity = [
    JSON.stringify([script, programsOf(inputs).map(({ content }) => Buffer.from(content).toString()), tools]),
    suite,
    timing.start,
  ];
  const id = sha256(identity.join('\n')).slice(0, 16);
  const wait = (): void => say('waiting for another process that makes the key material');
  return materials.ensure(id, (out) => make(out, inputs), wait);
}
