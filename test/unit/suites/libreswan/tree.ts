import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LabImage, Suite } from '../../../../src/model/suite.ts';
import { type LibreswanScenario, openLibreswan } from '../../../../src/suites/libreswan/libreswan.ts';

/** A small test suite of our own in libreswan's format, removed with its scope. */
export interface Tree extends Disposable {
  readonly dir: string;
  write(path: string, content: string | Uint8Array): void;
  open(): Suite<LibreswanScenario>;
}

const sanitizer = `# our own: prompts and blank lines
s/^\\[root@\\([a-z]*\\) [^]]*\\]# \\(.*\\)/\\1 #\\
 \\2/
/^$/d
`;
const marks = 's/>>>>>*cut>* done <*tuc<*//\n/>>>>> post-mortem/,/<<<<< post-mortem/d\n';

/** Files of the small suite: test `hello` on east and west. */
export const files: Readonly<Record<string, string>> = {
  'pluto/TESTLIST': '# tests\nkvmplutotest hello good\n',
  'pluto/hello/description.txt': 'says hello\n',
  'pluto/hello/eastinit.sh': 'echo hello\n# a comment\n',
  'pluto/hello/westrun.sh': 'echo world\n',
  'pluto/hello/final.sh': ': end\n',
  'pluto/hello/east.console.txt': 'echo hello\nhello\neast #\n # a comment\neast #\n : end\neast #\n\n',
  'pluto/hello/west.console.txt': 'echo world\nworld\nwest #\n : end\nwest #\n\n',
  'default-testparams.sh': '#!/bin/sh\nREF_CONSOLE_FIXUPS="prompt.sed marks.sed"\nALL_CONSOLE_FIXUPS="marks.sed"\n',
  'sanitizers/prompt.sed': sanitizer,
  'sanitizers/marks.sed': marks,
  'kvm/vm/east.xml': '',
  'kvm/vm/west.xml': '',
  'kvm/vm/nic.xml': '',
  'kvm/netbsd/upgrade.sh': '',
};

export function makeTree(): Tree {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-suite-'));
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  chmodSync(dir, 0o755);
  const identity = { id: 'small', sha256: '0'.repeat(64) };
  const image = (name: string): LabImage => ({
    id: name,
    sha256: identity.sha256,
    path: `/${name}`,
    versions: { [name]: '1' },
  });
  const inputs = async () => ({
    image: image('image'),
    strongswan: async () => image('strongswan'),
    testing: ['/testing'],
    identity,
  });
  return {
    dir,
    write,
    open: () => openLibreswan({ dir, inputs }),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
