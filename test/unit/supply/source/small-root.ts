import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { neededFiles } from '../../../../src/supply/kernel/needed-files.ts';

/** What `enter.sh`, `gather.sh` and the tests run in a root. */
const programs = [
  ...['sh', 'bash', 'basename', 'cut', 'env', 'ln', 'realpath', 'tr', 'setpriv', 'umount', 'mount', 'make'],
  ...[
    'cat',
    'chmod',
    'cp',
    'dirname',
    'grep',
    'head',
    'install',
    'ls',
    'mkdir',
    'nproc',
    'sort',
    'touch',
    'find',
    'sed',
    'uname',
  ],
];
/** Likewise, and no program of its own. */
const scripts = ['ldd'];

function pathOf(name: string): string | undefined {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((dir) => join(dir, name)).find((path) => existsSync(path));
}

/** Why this machine can run no test in a small root; `undefined`: it can. */
export function whyNoSmallRoot(): string | undefined {
  const missing = [...programs, ...scripts].filter((name) => pathOf(name) === undefined);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const tried = spawnSync('unshare', [...user, '--mount', '--net', '--pid', '--ipc', '--uts', '--fork', 'true']);
  return tried.status === 0 ? undefined : `this machine refuses namespaces: ${tried.stderr}`;
}

/** Makes a root from a few programs of this machine: no image is needed, and it takes no time. */
export function makeSmallRoot(root: string): string {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['proc', 'tmp', 'dev', 'mnt', 'source', 'objects', 'installed', 'ccache'])
    mkdirSync(join(root, name));
  for (const name of programs) {
    for (const path of neededFiles(pathOf(name) ?? '').files) {
      const place = join(root, path);
      mkdirSync(dirname(place), { recursive: true });
      if (!existsSync(place)) copyFileSync(path, place);
    }
  }
  for (const name of scripts) copyFileSync(pathOf(name) ?? '', join(root, 'usr/bin', name));
  return root;
}
