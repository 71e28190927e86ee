import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { cacheDir, projectDir } from '../../base/folders.ts';
import { codeDir } from '../../base/form.ts';
import { recall, remember } from '../../base/remembered.ts';
import { compilerOptions } from './compiler-options.ts';

/** Problems that are reported; the others are often their consequences. */
const told = 5;

/**
 * Checks the types of scenario files, since Node only strips them. Raises `usage` with file, line and TypeScript's own words. What
 * was right once is not looked at again until a file of it changes.
 */
export async function checkTypes(files: readonly string[]): Promise<void> {
  const done = join(cacheDir('checked'), hashOf(files));
  if (recall(done) !== undefined) return;
  const problems = await problemsIn(files);
  const [first] = problems;
  if (first === undefined) {
    remember(done, new Uint8Array());
    return;
  }
  const others = problems.slice(1, told).map(({ file, line, message }) => `${file}:${line}: ${message}`);
  if (problems.length > told) others.push(`and ${problems.length - told} more`);
  const { file, line, message } = first;
  const remedy = remedyOf(first);
  throw new EspalierError('usage', message, {
    ...{ file, line },
    ...(others.length > 0 && { output: others.join('\n') }),
    ...(remedy !== undefined && { remedy }),
  });
}

interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  /** The line itself, and the one before it. */
  readonly text: string;
}

/** What TypeScript cannot know: a name that comes last is the first mistake that people make. */
function remedyOf({ message, text }: Problem): string | undefined {
  const isNoName = /\bscenario\(/.test(text) && message.includes("not assignable to parameter of type 'string'");
  return isNoName
    ? "the name comes first: scenario('name', { hosts, links, … }, async ({ hosts }) => { … })"
    : undefined;
}

async function problemsIn(files: readonly string[]): Promise<Problem[]> {
  const { default: ts } = await import('typescript');
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, projectDir);
  const program = ts.createProgram([...files], options);
  // Espalier's own sources are read for their types, and were checked when it was made.
  const own = program.getSourceFiles().filter(({ fileName }) => !fileName.startsWith(`${codeDir}${sep}`));
  const found = own.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return found.map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    // The first argument may stand in a line of its own.
    const text =
      file?.text
        .split('\n')
        .slice(Math.max(0, line - 2), line)
        .join('\n') ?? '';
    return { file: file?.fileName ?? '', line, text, message: ts.flattenDiagnosticMessageText(messageText, '\n') };
  });
}

/** Everything that the answer depends on: the files, what they import beside them, and what they import from Espalier. */
function hashOf(files: readonly string[]): string {
  const seen = new Map<string, string>();
  const queue = [...files, ...librarySources(), join(projectDir, 'package.json')];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path) || !existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    seen.set(path, sha256(text));
    for (const [, beside = ''] of text.matchAll(/from\s+['"](\.[^'"]+)['"]/g))
      queue.push(resolve(dirname(path), beside));
  }
  return sha256(
    [...seen]
      .map((pair) => pair.join(' '))
      .sort()
      .join('\n'),
  );
}

/** All of Espalier's own sources, or what the package has of their types: the library's reach far. */
function librarySources(): string[] {
  return globSync('**/*.ts', { cwd: codeDir }).map((path) => join(codeDir, path));
}
