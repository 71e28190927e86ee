/** Options that several commands have, as commander takes them. */

import type { Command } from 'commander';

export const outputOption = [
  '--output <dir>',
  'folder of runs (default: $ESPALIER_RUNS, else ./espalier-runs)',
] as const;

export const suiteOption = ['--suite <dir>', "the suite of this checkout instead of Debian's source package"] as const;

export const kernelOption = ['--kernel <dir|file>', 'a kernel tree or a UML binary of your own'] as const;

export const kconfigOption = [
  '--kconfig <file>',
  'build the kernel with the options of this file as well (docs/suites.md)',
] as const;

export const checkersOption = [
  '--checkers',
  'on a kernel with KASAN, UBSAN, lockdep and kmemleak: what they report is `crash` (docs/suites.md)',
] as const;

export const overlayOption = [
  '--overlay <dir|tar>',
  'lay these files over the image of every host; HOST=PATH: of one host (repeatable)',
] as const;

export const sourceOption = [
  '--source <name=dir>',
  'build this tree of a daemon and run it; NAME=DIR@COMMIT, HOST:NAME=DIR; linux=DIR is --kernel (repeatable)',
] as const;

export const flavourOption = ['--flavour <name>', 'how --source builds: default, asan, leak-detective'] as const;

export const reporterOption = [
  '--reporter <names>',
  'list, line, dot, matrix, json, junit, tap, markdown; separated by commas; NAME=FILE writes to a file',
] as const;

export const grepOption = ['-g, --grep <regexp>', 'only scenarios whose suite:name matches'] as const;

export const grepInvertOption = ['--grep-invert <regexp>', 'only scenarios whose suite:name does not match'] as const;

export const statusOption = [
  '--status <status>',
  'only scenarios with this status in their suite; `all`: any status',
] as const;

export const shardOption = ['--shard <i/n>', 'only the i-th of n equal parts'] as const;

export const trustOption = [
  '--trust',
  'execute what a run names that this installation did not make, without asking (docs/security.md)',
] as const;

export const farmOption = [
  '--farm <url>',
  'address of the farm (default: $ESPALIER_FARM); its token is in $ESPALIER_FARM_TOKEN',
] as const;

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Adds what names one lab that is opened for a person. */
export function withLabOptions(command: Command): Command {
  return command
    .option('--seed <n>', 'seed of all randomness in the lab', '1')
    .option(...kernelOption)
    .option(...kconfigOption)
    .option(...checkersOption)
    .option(...suiteOption)
    .option(...overlayOption, collect)
    .option(...sourceOption, collect)
    .option(...flavourOption);
}
