import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { passing } from '../e2e/sandbox.ts';

/** A small suite of our own: where it is made, what opens it, and which of its tests nobody damages. */
export interface MadeSuite {
  readonly name: 'libreswan' | 'strongswan';
  /** What `--suite` gets. */
  readonly tree: string;
  /** Folders of the tests that are damaged. */
  readonly victims: readonly string[];
  /** Names of the tests that are not, which pass. */
  readonly sound: readonly string[];
}

/** Between those that nobody touches, so that one that ends the run is noticed. */
const names = ['a-sound', 'bad-1', 'bad-2', 'z-sound'];

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

/** Makes a suite in libreswan's format. */
export function makeLibreswan(dir: string): MadeSuite {
  const tree = join(dir, 'testing');
  const list = names.map((name) => `kvmplutotest\t${name}\tgood\n`).join('');
  write(tree, {
    'kvm/vm/east.xml': '',
    'kvm/vm/west.xml': '',
    'kvm/vm/nic.xml': '',
    'default-testparams.sh': 'REF_CONSOLE_FIXUPS="prompt.sed"\n',
    'sanitizers/prompt.sed': '/post-mortem/d\ns/^\\[root@\\([a-z]*\\) [^]]*\\]# /\\1 #\\n /\n',
    'sanitizers/more.awk': '{ sub(/again/, NR); print }\n',
    'pluto/TESTLIST': list,
  });
  for (const name of names) {
    const more = {
      'description.txt': 'says fine\n',
      'testparams.sh': '. ../../default-testparams.sh\nREF_CONSOLE_FIXUPS="$REF_CONSOLE_FIXUPS more.awk"\n',
      'ipsec.conf': 'conn one\n\tauto=ignore\n',
    };
    write(join(tree, 'pluto', name), { ...passing(), ...more });
  }
  return suiteOf('libreswan', tree, join(tree, 'pluto'), '');
}

/** Makes a suite in strongSwan's format. */
export function makeStrongswan(dir: string): MadeSuite {
  const tree = join(dir, 'swan');
  write(tree, { 'testing/scripts/build-certs-chroot': '' });
  for (const name of names) {
    write(join(tree, 'testing/tests/net', name), {
      'description.txt': '<p>Says <b>one</b>.</p>\n',
      'test.conf': 'IPSECHOSTS=""\nTCPDUMPHOSTS=""\n',
      'pretest.dat': 'moon::echo begin\n',
      'posttest.dat': 'moon::echo end\n',
      'evaltest.dat': '# ours\nmoon::echo one::one::YES\nsun::echo two PH_IP_SUN::192.168.0.2::YES\n',
      'hosts/moon/etc/swanctl/swanctl.conf': 'connections {\n\tversion = 2\n}\n',
      'hosts/moon/etc/strongswan.conf': 'charon {\n\tload = random nonce openssl kdf\n}\n',
    });
  }
  return suiteOf('strongswan', tree, join(tree, 'testing/tests/net'), 'net/');
}

function suiteOf(name: MadeSuite['name'], tree: string, place: string, prefix: string): MadeSuite {
  const [first = '', ...others] = names;
  const last = others.pop() ?? '';
  return {
    name,
    tree,
    victims: others.map((one) => join(place, one)),
    sound: [first, last].map((one) => `${prefix}${one}`),
  };
}
