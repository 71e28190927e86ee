import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kconfig, parseKconfig } from './kconfig.ts';

/**
 * Options that no lab's kernel has. There are no modules, and User Mode Linux has neither NUMA nor, with one processor, RPS. Debug
 * information of that kind needs a program of its own to be made.
 */
const never: RegExp =
  /^CONFIG_(?:MODULES|MODULE_\w+|TEST_BPF|TEST_BLACKHOLE_DEV|DEBUG_INFO\w*|FUNCTION_ERROR_INJECTION|FAIL_FUNCTION|NUMA|RPS)$/;

/** Whether a lab's kernel could have an option. */
export function canHave(option: string): boolean {
  return !never.test(option);
}

/**
 * What the selftests of a kernel tree ask for in the `config` files of some folders. What they want as a module is built in. A tree without
 * such files asks for nothing.
 */
export function treeOptions(tree: string, folders: readonly string[]): Kconfig {
  const wanted = folders.flatMap((folder): [string, string][] => {
    const file = join(tree, 'tools', 'testing', 'selftests', folder, 'config');
    return existsSync(file) ? [...parseKconfig(readFileSync(file, 'utf8'))] : [];
  });
  const options = wanted.map(([name, value]): [string, string] => [name, value === 'm' ? 'y' : value]);
  return new Map(options.filter(([name]) => canHave(name)));
}
