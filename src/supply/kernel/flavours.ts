import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { projectDir } from '../../base/folders.ts';
import { type Kconfig, parseKconfig } from './kconfig.ts';
import { treeOptions } from './selftest-options.ts';

/**
 * Kernels differ in their fragments only. OpenIKED speaks PF_KEY alone, whose presence a libreswan test forbids. `selftests` has what the
 * kernel's own tests ask for: by the `config` files of the tree that is built, of which ours take nothing back. `smp` has several CPUs, and of
 * our patches the one for evidence only: the others are for speed, and change what its lock checker would then report.
 */
const flavours = {
  standard: { fragments: ['uml.config'], ofTree: [], patches: 'all' },
  netkey: { fragments: ['uml.config', 'netkey.config'], ofTree: [], patches: 'all' },
  selftests: {
    fragments: ['selftests.config', 'uml.config'],
    ofTree: ['net', 'net/mptcp', 'net/netfilter', 'net/forwarding', 'net/af_unix'],
    patches: 'all',
  },
  smp: { fragments: ['uml.config', 'smp.config'], ofTree: [], patches: ['event-time'] },
} as const;
export type Flavour = keyof typeof flavours;
export const flavourNames = Object.keys(flavours) as Flavour[];

/** The flavour with this name. Throws `usage` for an unknown one. */
export function flavourByName(name: string): Flavour {
  if (Object.hasOwn(flavours, name)) return name as Flavour;
  throw new EspalierError('usage', `there is no kernel flavour ${name}`, {
    remedy: `known: ${Object.keys(flavours).join(', ')}`,
  });
}

/** What a kernel is built for beside running. */
export interface Purpose {
  /** With names, lines and types for a debugger. */
  readonly debug?: boolean;
  /** With counters of what runs. */
  readonly coverage?: boolean;
  /** With the kernel's own checkers of memory, undefined behaviour and locks. */
  readonly checkers?: boolean;
  /** Options of the user's own, which win over ours and the tree's. */
  readonly options?: Kconfig;
}

/** Whether a kernel is for labs as they usually are: debugging information, counters and checkers take time of their own. */
export function isUsual(facts: { readonly [Name in keyof Purpose]?: unknown }): boolean {
  const { debug, coverage, checkers, options } = facts;
  return [debug, coverage, checkers, options].every((one) => one === undefined);
}

/** The fragment of each purpose, merged over those of the flavour. */
const fragmentOf = { debug: 'debug.config', coverage: 'coverage.config', checkers: 'checked.config' } as const;
const purposes = ['debug', 'coverage', 'checkers'] as const;

export const noOptions: Kconfig = new Map();

/** The options wanted for a flavour, without those that a tree asks for. */
export function wantedConfig(flavour: Flavour, purpose: Purpose = {}): Kconfig {
  const { options = noOptions } = purpose;
  const more = purposes.flatMap((one) => (purpose[one] ? [fragmentOf[one]] : []));
  const fragments = [...flavours[flavour].fragments, ...more];
  const text = fragments.map((name) => readFileSync(join(projectDir, 'kernel', name), 'utf8')).join('\n');
  return new Map([...parseKconfig(text), ...options]);
}

/** The same with what the tree itself asks for; the lab's own options win over those, and the user's over all. */
export function configFor({ flavour, ...purpose }: Purpose & { readonly flavour: Flavour }, tree: string): Kconfig {
  return new Map([...treeOptions(tree, flavours[flavour].ofTree), ...wantedConfig(flavour, purpose)]);
}

/** Folders of the tree's selftests whose `config` files a flavour takes. */
export function foldersOfTree(flavour: Flavour): readonly string[] {
  return flavours[flavour].ofTree;
}

/** Whether Debian's source gets a patch of this name for a flavour. */
export function takesPatch(flavour: Flavour, name: string): boolean {
  const patches: 'all' | readonly string[] = flavours[flavour].patches;
  return patches === 'all' || patches.includes(name);
}
