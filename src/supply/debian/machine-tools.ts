import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { say } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { account, freeSubordinateIds, isRoot, lacksSubordinateIds, subordinateIds } from './subordinate-ids.ts';

/** What a piece of work needs from this machine. */
export type Need = 'kernel' | 'image' | 'squashfs' | 'guest' | 'judge' | 'qemu' | 'debugger';

/** A program or file this machine must have, and the Debian package that brings it. */
export interface Tool {
  readonly name: string;
  readonly package: string;
  readonly purpose: string;
  readonly needs: readonly Need[];
  /** Absolute paths of which one must exist; left out: `name` is a program on PATH. */
  readonly files?: readonly string[];
  /** Only when Espalier does not run as root. */
  readonly ordinaryUser?: true;
  /** A machine is ready without it: it is for kernels of one's own, or for speed. */
  readonly optional?: true;
  /** Large, and for some labs only: installed by who wants those. */
  readonly separate?: true;
}

const libraries = '/usr/lib/x86_64-linux-gnu';

export const tools: readonly Tool[] = [
  { name: 'gcc', package: 'gcc', purpose: "compiles the lab's kernel and guest", needs: ['kernel', 'guest'] },
  {
    name: 'static C library',
    package: 'libc6-dev',
    purpose: "links the lab's first process statically",
    needs: ['kernel', 'guest'],
    files: [`${libraries}/libc.a`, '/usr/lib64/libc.a'],
  },
  { name: 'make', package: 'make', purpose: 'kernel build', needs: ['kernel'] },
  { name: 'flex', package: 'flex', purpose: 'kernel build: parses the configuration', needs: ['kernel'] },
  { name: 'bison', package: 'bison', purpose: 'kernel build: parses the configuration', needs: ['kernel'] },
  { name: 'bc', package: 'bc', purpose: 'kernel build: time constants', needs: ['kernel'] },
  { name: 'perl', package: 'perl', purpose: 'kernel build: small generators', needs: ['kernel'] },
  { name: 'strip', package: 'binutils', purpose: 'links and strips the kernel', needs: ['kernel', 'guest'] },
  { name: 'xz', package: 'xz-utils', purpose: 'unpacks the kernel source', needs: ['kernel'] },
  { name: 'dpkg', package: 'dpkg', purpose: 'unpacks packages', needs: ['kernel', 'image'] },
  { name: 'apt-get', package: 'apt', purpose: 'fetches sources and packages', needs: ['kernel', 'image'] },
  {
    name: 'keys of the Debian archive',
    package: 'debian-archive-keyring',
    purpose: 'verifies downloads from Debian',
    needs: ['kernel', 'image'],
    files: ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'],
  },
  { name: 'mmdebstrap', package: 'mmdebstrap', purpose: "builds a host's root filesystem", needs: ['image'] },
  {
    name: 'sqfstar',
    package: 'squashfs-tools',
    purpose: 'packs images for kernels without EROFS',
    needs: ['squashfs'],
    optional: true,
  },
  {
    name: 'newuidmap',
    package: 'uidmap',
    purpose: 'image builds without root: gives files their owners; without it an image is built inside a lab, slowly',
    needs: [],
    ordinaryUser: true,
    optional: true,
  },
  { name: 'sed', package: 'sed', purpose: "runs the suites' own sanitizers", needs: ['judge'] },
  { name: 'gawk', package: 'gawk', purpose: "runs the suites' own sanitizers", needs: ['judge'] },
  {
    name: 'setpriv',
    package: 'util-linux',
    purpose: 'ends programs with Espalier',
    needs: ['kernel', 'image', 'guest', 'judge'],
  },
  { name: 'prlimit', package: 'util-linux', purpose: 'limits what foreign programs use', needs: ['image', 'judge'] },
  { name: 'flock', package: 'util-linux', purpose: 'locks the cache between processes', needs: ['kernel', 'image'] },
  {
    name: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    purpose: 'runs the machines of labs on the substrate qemu',
    needs: ['qemu'],
    optional: true,
    separate: true,
  },
  {
    name: 'gdb',
    package: 'gdb',
    purpose: 'debugs labs (`espalier gdb`)',
    needs: ['debugger'],
    optional: true,
    separate: true,
  },
  { name: 'tar', package: 'tar', purpose: 'unpacks sources, exports and imports', needs: ['kernel', 'image'] },
];

/** Folders of programs: PATH, and those that an ordinary user's PATH lacks. */
function programFolders(): string[] {
  return [...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** True when this machine has a program of that name. */
export function isPresentProgram(name: string): boolean {
  return programFolders().some((dir) => isExecutable(join(dir, name)));
}

/** True when this machine has it. */
export function isPresent(tool: Tool): boolean {
  return tool.files ? tool.files.some((path) => existsSync(path)) : isPresentProgram(tool.name);
}

/** Tools that are missing, for one need or for everything that every lab may need. */
export function missingTools(need?: Need): Tool[] {
  const wanted = (tool: Tool): boolean => (need === undefined ? tool.separate !== true : tool.needs.includes(need));
  return tools.filter((tool) => wanted(tool) && !(tool.ordinaryUser && isRoot()) && !isPresent(tool));
}

/** Throws `infrastructure` with the command that installs it where this machine lacks what `need` takes. */
export function requireTools(need: Need): void {
  const missing = missingTools(need);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  const script = installScript(missing, false) ?? '';
  throw new EspalierError('infrastructure', `this machine has no ${names}`, { remedy: installCommand(script) });
}

/** What one root shell has to run so that everything is there; `undefined`: nothing is missing. */
export function installScript(
  missing: readonly Tool[] = missingTools(),
  ids = lacksSubordinateIds(),
): string | undefined {
  const packages = [...new Set(missing.map((tool) => tool.package))].sort();
  const steps: string[] = [];
  if (packages.length > 0) {
    steps.push('apt-get update', `apt-get install -y --no-install-recommends ${packages.join(' ')}`);
  }
  if (ids) {
    const range = freeSubordinateIds(subordinateIds().join('\n'));
    steps.push(`usermod --add-subuids ${range} --add-subgids ${range} ${account()?.name}`);
  }
  return steps.length > 0 ? steps.join(' && ') : undefined;
}

/**
 * `installScript` as one line that a user can paste, and root as well. A login, since plain `su`
 * keeps the user's PATH, without the folders of dpkg's and usermod's programs.
 */
export function installCommand(script: string): string {
  const asRoot = isPresentProgram('sudo') ? 'sudo sh -c' : 'su - -c';
  return `${asRoot} '${script}'`;
}

/**
 * Makes sure that this machine has what `need` takes. When something is missing, root gets all
 * that Espalier may ever need installed, after it was named; anyone else gets an error that is
 * the one command to run.
 */
export function ensureTools(need: Need): Promise<void> {
  // Kernel and image are made at the same time, and dpkg does one thing at a time.
  const ensuring = installing.then(() => installMissing(need));
  installing = ensuring.catch(() => {});
  return ensuring;
}

let installing: Promise<unknown> = Promise.resolve();

async function installMissing(need: Need): Promise<void> {
  const short = missingTools(need);
  if (short.length === 0) return;
  const script = installScript() ?? '';
  if (!isRoot() || !isPresentProgram('apt-get')) {
    throw new EspalierError('infrastructure', `${installCommand(script)}  # then run Espalier again; it needs these`);
  }
  say(`installing what is missing on this machine: ${script}`);
  await succeed('sh', ['-c', script], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}
