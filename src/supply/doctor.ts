import { accessSync, constants, statfsSync } from 'node:fs';
import { describeError, EspalierError } from '../base/errors.ts';
import { cacheDir } from '../base/folders.ts';
import { debianArchive } from './debian/apt.ts';
import { installCommand, installScript, isPresent, missingTools, type Tool, tools } from './debian/machine-tools.ts';
import { imageModeText } from './image/mode.ts';
import { refusedFixedAddresses } from './kernel/fixed-addresses.ts';
import { labMemory, memoryPlaces } from './kernel/lab-memory.ts';
import { wallsHere } from './kernel/walls.ts';

/** One line of the doctor's table. */
interface Finding {
  readonly ok: boolean;
  /** Espalier works without it. */
  readonly optional?: boolean;
  readonly name: string;
  readonly about: string;
}

/** Kernel source and objects, images, downloads. */
const cacheBytes = 3 * 1024 * 1024 * 1024;

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** Where labs keep their memory: as they choose it themselves. */
function memoryOfLabs(runs: string): Finding {
  const { chosen, refused } = memoryPlaces(labMemory, runs);
  const name = 'memory of labs';
  if (chosen !== undefined) return { ok: true, name, about: chosen.about };
  const seen = refused.map(({ about }) => about).join('; ');
  return {
    ok: false,
    name,
    about: `needs ${labMemory} MiB without noexec; ${seen} (ESPALIER_TMP names another place)`,
  };
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

async function walls(): Promise<Finding> {
  const name = 'walls of labs';
  if (missingTools('guest').length > 0) return { ok: true, name, about: 'unknown until a C compiler is there' };
  try {
    const { chosen, about } = await wallsHere();
    return { ok: chosen !== undefined, name, about };
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return { ok: false, name, about: describeError(error).replaceAll(/\s*\n\s*/g, ' ') };
  }
}

async function imageBuilds(): Promise<Finding> {
  return { ok: true, name: 'image builds', about: await imageModeText() };
}

function toolFinding(tool: Tool): Finding {
  const ok = isPresent(tool);
  const about = `${tool.purpose}${ok ? '' : ` (package ${tool.package})`}`;
  return { ok, name: tool.name, about, optional: tool.optional === true };
}

function word({ ok, optional }: Finding): string {
  if (ok) return 'ok';
  return optional ? 'wanted' : 'MISSING';
}

/** The doctor's report, and whether nothing is missing. `runs`: an existing folder where attempts will lie. */
export async function examine({ runs }: { readonly runs: string }): Promise<{ report: string; complete: boolean }> {
  const root = process.getuid?.() === 0;
  const findings = tools.filter((tool) => !(tool.ordinaryUser && root)).map(toolFinding);
  findings.push(platform(), archive(), cacheSpace(), memoryOfLabs(runs));
  findings.push(await fixedAddresses(), await walls(), await imageBuilds());
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
