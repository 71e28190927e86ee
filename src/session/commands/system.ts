import { resolve } from 'node:path';
import { runAtTerminal } from '../../base/at-terminal.ts';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { systems } from '../../dialogue/systems/all.ts';
import type { SystemProfile } from '../../dialogue/systems/profile.ts';
import { requireTools } from '../../supply/debian/machine-tools.ts';
import { ensureDebianCd } from '../../supply/system/debian-cd.ts';
import { installSystem, systemStore } from '../../supply/system/install-system.ts';
import { systemArguments } from '../../supply/system/machine.ts';

/** `espalier system list`. */
export function systemListCommand(): void {
  const installed = systemStore.list();
  for (const { name, title, media, source, tried } of systems) {
    const lines = [`media    ${media}`, `prompts  from ${source}`, `tried    ${tried}`];
    const disks = installed.filter(({ facts }) => facts.system === name);
    for (const { id, made } of disks) lines.push(`disk     ${id}, installed ${made.slice(0, 16)}`);
    process.stdout.write(`${name}  ${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
}

/** `espalier system install`. */
export async function systemInstallCommand(name: string, { media: own }: { readonly media?: string }): Promise<void> {
  const profile = systemOf(name);
  requireTools('qemu');
  const media = own === undefined ? await madeMedia(profile) : resolve(own);
  process.stderr.write(`${profile.title}: ${profile.tried}\n`);
  const progress = (what: string): void => void process.stderr.write(`${what}\n`);
  const disk = await installSystem(profile, media, { signal: interruption(), progress });
  const { installed, started } = disk.facts;
  process.stderr.write(`installed in ${installed} s; started, root logged in, and off in ${started} s\n`);
  process.stdout.write(`${disk.id}\n${disk.path}\n`);
}

/** The CD of a system whose packages everybody can have. */
async function madeMedia({ name, media, recipe }: SystemProfile): Promise<string> {
  if (recipe !== undefined) return (await ensureDebianCd(recipe, interruption())).path;
  const remedy = `bring ${media}, and name it with --media`;
  throw new EspalierError('usage', `${name} needs media, which cannot be made here`, { remedy });
}

/** `espalier system shell`. */
export async function systemShellCommand(name: string): Promise<void> {
  const { memory } = systemOf(name);
  requireTools('qemu');
  const disk = systemStore.list().find(({ facts }) => facts.system === name);
  if (disk === undefined) {
    const remedy = `install it with \`espalier system install ${name} --media FILE\``;
    throw new EspalierError('usage', `${name} is not installed`, { remedy });
  }
  const args = systemArguments({ memory, disk: disk.path, keeps: false });
  await runAtTerminal('qemu-system-x86_64', args, { reads: true, ready: () => {} });
}

function systemOf(name: string): SystemProfile {
  const found = systems.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = systems.map((one) => one.name).join(', ');
  throw new EspalierError('usage', `no system is named ${name}`, { remedy: `choose one of: ${known}` });
}
