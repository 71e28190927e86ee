import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { EspalierError } from '../base/errors.ts';
import { cacheDir } from '../base/folders.ts';
import { debianArchive } from './debian/apt.ts';
import { installCommand, installScript, isPresent, type Tool, tools } from './debian/machine-tools.ts';
import { imageMode } from './image/mode.ts';
import { refusedFixedAddresses } from './kernel/fixed-addresses.ts';

/** One line of the doctor's table. */
interface Finding {
  readonly ok: boolean;
  /** Espalier works without it. */
  readonly optional?: boolean;
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

async function fixedAddresses(): Promise<Finding> {
  const refusal = await refusedFixedAddresses();
  const about =
    refusal === undefined
      ? 'the addresses of a lab can be fixed, as booting and seeds need'
      : `${refusal}: labs would not boot, and no seed would repeat; in a container, use another seccomp profile (docs/container.md)`;
  return { ok: refusal === undefined, name: 'fixed addresses', about };
}

/** Which way images are built for this user, and why. */
async function imageBuilds(): Promise<Finding> {
  const { mode, reason } = await imageMode();
  const how = mode === 'uml' ? 'inside a lab (uml mode), which takes minutes' : `in ${mode} mode`;
  return { ok: true, name: 'image builds', about: `${how}: ${reason}` };
}

function toolFinding(tool: Tool): Finding {
  const ok = isPresent(tool);
  const about = `${tool.purpose}${ok ? '' : ` (package ${tool.package})`}`;
  return { ok, name: tool.name, about, optional: tool.needs.length === 0 };
}

function word({ ok, optional }: Finding): string {
  if (ok) return 'ok';
  return optional ? 'wanted' : 'MISSING';
}

/** The doctor's report, and whether nothing is missing. */
export async function examine(): Promise<{ report: string; complete: boolean }> {
  const root = process.getuid?.() === 0;
  const findings = tools.filter((tool) => !(tool.ordinaryUser && root)).map(toolFinding);
  findings.push(platform(), archive(), cacheSpace(), labMemory(), await fixedAddresses(), await imageBuilds());
  const script = installScript();
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(
    (finding) => `${word(finding).padEnd(7)}  ${finding.name.padEnd(width)}  ${finding.about}`,
  );
  const complete = findings.every(({ ok, optional }) => ok || optional);
  if (script !== undefined) {
    const brings = complete
      ? 'Nothing is missing; this command makes image builds fast:'
      : 'This command brings what is missing:';
    lines.push('', brings, `  ${installCommand(script)}`);
  }
  return { report: `${lines.join('\n')}\n`, complete };
}
