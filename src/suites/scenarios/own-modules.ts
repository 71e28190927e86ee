import { readFileSync } from 'node:fs';
import { type LoadHookSync, type ResolveHookSync, registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { moduleUrl } from '../../base/form.ts';

/** What `import … from 'espalier'` gives, wherever the importing file lies. */
const library = moduleUrl('suites/scenarios/api/index').href;

/** URLs of scenario files and of what they import from their own folders, with what each imports. */
const own = new Map<string, Set<string>>();
let hooked = false;

/** Takes a scenario file for its author's own, and from then on all that it imports by relative paths. */
export function addOwnModule(url: string): void {
  if (!own.has(url)) own.set(url, new Set());
  if (hooked) return;
  hooked = true;
  registerHooks({ resolve: resolveOwn, load: loadOwn });
}

/** True for a module that a scenario is made of; false for packages, also where both lie below one `node_modules`. */
export function isOwnModule(url: string): boolean {
  return own.has(url);
}

/** A module and all own ones that it imports, by whichever module that was loaded first. */
export function ownImports(url: string): string[] {
  const found = new Set([url]);
  for (const one of found) for (const imported of own.get(one) ?? []) found.add(imported);
  return [...found];
}

const resolveOwn: ResolveHookSync = (specifier, context, next) => {
  if (specifier === 'espalier') return { url: library, shortCircuit: true };
  const found = next(specifier, context);
  const { url } = found;
  const importer = own.get(context.parentURL ?? '');
  if (importer === undefined && !own.has(url)) return found;
  if (!url.startsWith('file:') || (url.includes('/node_modules/') && !own.has(url) && !specifier.startsWith('.')))
    return found;
  importer?.add(url);
  addOwnModule(url);
  // Whatever the package.json above it says, if there is one.
  return url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found;
};

/** Node strips no types below `node_modules`, where the bundled scenarios of an installed Espalier are. */
const loadOwn: LoadHookSync = (url, context, next) => {
  if (!own.has(url) || !url.endsWith('.ts') || !url.includes('/node_modules/')) return next(url, context);
  return { format: 'module', source: stripped(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true };
};

/** Without Node's warning that this function is experimental: what it does for any other file is not. */
function stripped(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
