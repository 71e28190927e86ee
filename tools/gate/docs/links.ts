/** Links of documents lead somewhere, and so do paths that documents and comments name. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectDir } from '../../../src/base/folders.ts';
import { codeSpans, type Document, proseLines } from './document.ts';

/** Paths from the root that exist. */
export type Exists = (path: string) => boolean;

const inRepository: Exists = (path) => existsSync(join(projectDir, path));

/** Names that a forge gives to a document's headings. */
export function anchorsOf(document: Document): string[] {
  const counts = new Map<string, number>();
  return proseLines(document)
    .map((line) => /^#{1,6} +(.+?) *$/.exec(line)?.[1])
    .filter((heading) => heading !== undefined)
    .map((heading) => {
      const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
      const count = counts.get(anchor) ?? 0;
      counts.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    });
}

/** Targets of a line's links and images, Markdown's and HTML's. */
function targetsOf(line: string): string[] {
  const prose = line.replace(/`[^`]*`/g, '');
  const markdown = [...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
  const html = [...prose.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...markdown, ...html];
}

/** Every link that leads nowhere, one line each. Addresses of other machines are not followed. */
export function linkProblems(documents: readonly Document[], exists: Exists = inRepository): string[] {
  const anchors = new Map(documents.map((document) => [document.path, anchorsOf(document)]));
  const problemOf = (from: string, target: string): string | undefined => {
    if (/^(?:https?:|mailto:)/.test(target)) return undefined;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? from : normalize(join(dirname(from), decodeURI(file)));
    if (!anchors.has(path) && !exists(path)) return `${target}: there is no ${path}`;
    if (anchor === undefined || !path.endsWith('.md')) return undefined;
    return anchors.get(path)?.includes(anchor) ? undefined : `${target}: ${path} has no heading #${anchor}`;
  };
  return documents.flatMap((document) =>
    proseLines(document).flatMap((line, index) =>
      targetsOf(line)
        .map((target) => problemOf(document.path, target))
        .filter((problem) => problem !== undefined)
        .map((problem) => `${document.path}:${index + 1}: ${problem}`),
    ),
  );
}

/** A path from the repository's root, as prose and comments name one. */
const ownPath = /(?<![\w./-])(?:src|ui|guest|kernel|images|scenarios|tools|test|docs)\/[\w./-]*\w/g;

const isWholePath = (code: string): boolean => new RegExp(`^${ownPath.source}$`).test(code);

/** Paths of this repository that a document names and that are not there. */
export function pathProblems(documents: readonly Document[], exists: Exists = inRepository): string[] {
  return documents.flatMap((document) =>
    codeSpans(document)
      .filter(({ code }) => isWholePath(code) && !exists(code))
      .map(({ line, code }) => `${document.path}:${line}: there is no ${code}`),
  );
}

/** Files of this repository that a comment names and that are not there. */
export function commentProblems(files: readonly Document[], exists: Exists = inRepository): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const comment =
        (path.endsWith('.sh') || !path.includes('.') ? /#.*/ : /(?:\/\/|\/\*|^\s*\*) .*/).exec(line)?.[0] ?? '';
      const named = (comment.match(ownPath) ?? []).filter((one) => /\.(?:ts|tsx|c|h|md|sh|json|yaml)$/.test(one));
      return named.filter((one) => !exists(one)).map((one) => `${path}:${index + 1}: there is no ${one}`);
    }),
  );
}

/** Files whose comments are looked at. */
export function commentedFiles(): Document[] {
  const places = ['{src,ui/src,guest,tools,test}/**/*.{ts,tsx,c,h,sh}', 'espalier', '.ci/run'];
  // Tests of this rule hold comments that break it.
  const paths = globSync(places, { cwd: projectDir, exclude: ['test/unit/tools/*'] }).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(projectDir, path), 'utf8') }));
}
