import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kconfig, parseKconfig } from './kconfig.ts';

/** Options that no lab's kernel has: there are no modules, and debug information of that kind needs a program of its own to be made. */
const never: RegExp = /^CONFIG_(?:MODULES|MODULE_\w+|DEBUG_INFO\w*|FUNCTION_ERROR_INJECTION|FAIL_FUNCTION)$/;

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
  return new Map(options.filter(([name]) => !never.test(name)));
}
