import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { EspalierError } from '../base/errors.ts';
import { cacheDir } from '../base/folders.ts';
import { debianArchive } from '../debian/apt.ts';
import { installCommand, installScript, isPresent, missingTools, tools } from '../debian/machine-tools.ts';

/** One line of the doctor's table. */
interface Finding {
  readonly ok: boolean;
  readonly name: string;
  readonly about: string;
}

/** Memory files of labs are executable and large: one lab needs about this much. */
const labBytes = 256 * 1024 * 1024;
/** Kernel source and objects, images, downloads. */
const cacheBytes = 3 * 1024 * 1024 * 1024;

/** Mount options of the filesystem that holds `path`, by the longest mount point above it. */
export function mountOptions(path: string, mounts: string): string[] {
  let best = '';
  let options: string[] = [];
  for (const line of mounts.split('\n')) {
    const [, point = '', , flags = ''] = line.split(' ');
    const above = point === '/' || path === point || path.startsWith(`${point}/`);
    if (!above || point.length < best.length) continue;
    best = point;
    options = flags.split(',');
  }
  return options;
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** Places where labs may keep their memory, the first fit is taken. */
function labMemory(): Finding {
  const places = [process.env.ESPALIER_TMP, '/dev/shm', process.env.XDG_RUNTIME_DIR].filter((dir) => dir !== undefined);
  const seen: string[] = [];
  for (const place of places) {
    if (!existsSync(place)) continue;
    const free = freeBytes(place);
    const noexec = mountOptions(place, readFileSync('/proc/mounts', 'utf8')).includes('noexec');
    seen.push(`${place}: ${mib(free)} free${noexec ? ', noexec' : ''}`);
    if (free >= labBytes && !noexec) return { ok: true, name: 'memory of labs', about: seen.at(-1) ?? '' };
  }
  const about = `needs ${mib(labBytes)} without noexec; ${seen.join('; ') || 'no tmpfs found'} (ESPALIER_TMP names another place)`;
  return { ok: false, name: 'memory of labs', about };
}

function cacheSpace(): Finding {
  try {
    const dir = cacheDir();
    accessSync(dir, constants.W_OK);
    const free = freeBytes(dir);
    return { ok: free >= cacheBytes, name: 'cache', about: `${dir}: ${mib(free)} free of ${mib(cacheBytes)} needed` };
  } catch (error) {
    return { ok: false, name: 'cache', about: error instanceof Error ? error.message : String(error) };
  }
}

function archive(): Finding {
  try {
    return { ok: true, name: 'Debian archive', about: debianArchive().uri };
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return { ok: false, name: 'Debian archive', about: `${error.message}; ${error.detail.remedy ?? ''}` };
  }
}

function platform(): Finding {
  const ok = process.platform === 'linux' && process.arch === 'x64';
  return { ok, name: 'platform', about: `${process.platform} ${process.arch}; labs need linux x64` };
}

/** The doctor's report, and whether nothing is missing. */
export function examine(): { report: string; complete: boolean } {
  const missing = new Set(missingTools());
  const root = process.getuid?.() === 0;
  const findings: Finding[] = tools
    .filter((tool) => !(tool.ordinaryUser && root))
    .map((tool) => ({
      ok: isPresent(tool),
      name: tool.name,
      about: `${tool.purpose}${missing.has(tool) ? ` (package ${tool.package})` : ''}`,
    }));
  findings.push(platform(), archive(), cacheSpace(), labMemory());
  const script = installScript([...missing]);
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ ok, name, about }) => `${ok ? 'ok     ' : 'MISSING'}  ${name.padEnd(width)}  ${about}`);
  if (script !== undefined) lines.push('', 'This command brings what is missing:', `  ${installCommand(script)}`);
  const complete = script === undefined && findings.every(({ ok }) => ok);
  return { report: `${lines.join('\n')}\n`, complete };
}
