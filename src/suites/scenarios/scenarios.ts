import { EspalierError } from '../../base/errors.ts';
import type { Suite } from '../../model/suite.ts';
import { rememberedList } from '../remembered-list.ts';
import { SeenFiles } from '../seen-files.ts';
import type { FileScenario, Listed, ScenariosOptions } from './understand.ts';

/**
 * Opens scenario files as a suite. All are loaded for the first list; one that cannot be costs the run, before it begins. What loads
 * them is imported only then: the list of a bundled suite is remembered.
 */
export function openScenarios(options: ScenariosOptions): Suite<FileScenario> {
  const { name: suite, files, isOwn } = options;
  const seen = new SeenFiles(performance.timeOrigin);
  let listed: Promise<readonly Listed[]> | undefined;
  const making = {
    key: [suite, ...files],
    seen,
    read: async () => (await import('./understand.ts')).readAll(options, seen),
  };
  const all = (): Promise<readonly Listed[]> => {
    // What others wrote may list by the date or by anything else: it is loaded each time.
    listed ??= isOwn ? rememberedList(making) : making.read();
    return listed;
  };
  return {
    name: suite,
    list: async () => (await all()).map(({ entry }) => entry),
    load: async (name) => {
      const found = (await all()).find(({ entry }) => entry.name === name);
      if (found === undefined) throw new EspalierError('usage', `${suite} has no scenario ${name}`);
      return (await import('./understand.ts')).loadListed(found, options);
    },
    sources: async () => {
      await all();
      return (await import('./understand.ts')).sourcesOf(files);
    },
  };
}
