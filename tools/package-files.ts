/** What the package holds instead of `src`: the same tree as JavaScript, with the types of what scenario files import. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { EspalierError } from '../src/base/errors.ts';
import { projectDir } from '../src/base/folders.ts';
import { codeDir } from '../src/base/form.ts';

export interface PackageFile {
  readonly content: string | Buffer;
  readonly mode: number;
}

/** The library's entry; types are published of what it reaches. */
const library = join(codeDir, 'suites/scenarios/api/index.ts');

/** Files by their paths below `dist`. The same sources give the same bytes. */
export function buildPackageFiles(): ReadonlyMap<string, PackageFile> {
  const options = compilerOptions();
  const files = new Map<string, PackageFile>();
  for (const path of globSync('**/*', { cwd: codeDir }).sort()) {
    const full = join(codeDir, path);
    const stat = statSync(full);
    if (stat.isDirectory()) continue;
    if (!path.endsWith('.ts'))
      files.set(path, { content: readFileSync(full), mode: stat.mode & 0o100 ? 0o755 : 0o644 });
    else files.set(path.replace(/\.ts$/, '.js'), { content: compiled(full, options), mode: 0o644 });
  }
  for (const [path, content] of declarations(options)) files.set(path, { content, mode: 0o644 });
  return files;
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(projectDir, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile) as { config: { compilerOptions: object } };
  const { options, errors } = ts.convertCompilerOptionsFromJson(config.compilerOptions, projectDir);
  refuse(errors);
  return { ...options, noEmit: false };
}

/** File by file, since types were checked by the gate, and nothing that is emitted depends on another file. */
function compiled(file: string, options: ts.CompilerOptions): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(file, 'utf8'), {
    // Of a single file nodenext cannot know that it is a module.
    compilerOptions: { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    fileName: file,
    reportDiagnostics: true,
  });
  refuse(diagnostics);
  return outputText;
}

/** Declaration files by their paths below `dist`. Imports in them name JavaScript, which every resolution of TypeScript follows. */
function declarations(options: ts.CompilerOptions): Map<string, string> {
  const found = new Map<string, string>();
  const program = ts.createProgram([library], {
    ...options,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: codeDir,
    outDir: codeDir,
    paths: {},
  });
  refuse([...program.getOptionsDiagnostics(), ...program.getSemanticDiagnostics()]);
  const { diagnostics } = program.emit(undefined, (path, text) =>
    found.set(relative(codeDir, path), withJavaScript(text)),
  );
  refuse(diagnostics);
  return found;
}

function withJavaScript(text: string): string {
  return text.replace(/((?:from|import\()\s*(['"])\.{1,2}\/[^'"]+)\.ts\2/g, '$1.js$2');
}

function refuse(diagnostics: readonly ts.Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const host = {
    getCurrentDirectory: () => projectDir,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => '\n',
  };
  throw new EspalierError('bug', `the package cannot be compiled:\n${ts.formatDiagnostics(diagnostics, host)}`);
}
