import { registerHooks } from 'node:module';
import { extname } from 'node:path';

const sources = new URL('../', import.meta.url).href;
const ending = extname(import.meta.url);
const format = ending === '.ts' ? 'module-typescript' : 'module';
/** zod's messages in 60 languages. Its own index imports all of them, and nobody here asks for another language than its default. */
const languages = '../locales/index.js';

/**
 * Spares Node what it does for each of several hundred modules: it resolves links, looks for the file, and reads every `package.json` above it. An
 * import of Espalier's own sources names a file by its relative path, so its address follows from that of the importer. A file
 * that is not there is reported by the read that follows.
 */
export function resolveQuickly(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const importer = context.parentURL ?? '';
      if (specifier.startsWith('.') && specifier.endsWith(ending) && importer.startsWith(sources)) {
        return { url: new URL(specifier, importer).href, format, shortCircuit: true };
      }
      if (specifier === languages && importer.includes('/node_modules/zod/')) {
        return { url: 'data:text/javascript,', format: 'module', shortCircuit: true };
      }
      return next(specifier, context);
    },
  });
}
