/**
 * Code samples in documents are type-checked as scenario files are. A sample without imports is a fragment: it may use all that
 * `espalier` exports, and what a comment `<!-- given: … -->` in the line above it declares.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { projectDir } from '../../../src/base/folders.ts';
import { compilerOptions, libraryTypes } from '../../../src/suites/scenarios/compiler-options.ts';
import { type CodeBlock, codeBlocks, type Document } from './document.ts';

/** Samples lie here for the compiler: in no folder of the repository that it would read. */
const folder = join(projectDir, 'docs', 'samples');

/** A sample as a file; its first line is in the place of the fence. */
interface Sample {
  readonly document: string;
  readonly fence: number;
  readonly file: string;
  readonly text: string;
}

/** A compiler's host that knows the samples too, and reads each file once. */
function hostFor(options: ts.CompilerOptions, samples: Map<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const trees = new Map<string, ts.SourceFile | undefined>();
  host.fileExists = (path) => samples.has(path) || fileExists(path);
  host.readFile = (path) => samples.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...more) => {
    if (!trees.has(path)) trees.set(path, getSourceFile(path, ...more));
    return trees.get(path);
  };
  return host;
}

/** Names that scenario files can import, those of types with `type` before them. */
function exportsOf(program: ts.Program, library: string): ReadonlyMap<string, string> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(library);
  const module = source && checker.getSymbolAtLocation(source);
  const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
  return new Map(
    symbols.map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return [symbol.name, target.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`];
    }),
  );
}

function sampleOf({ path }: Document, block: CodeBlock, names: ReadonlyMap<string, string>): Sample {
  const code = block.lines.join('\n');
  const used = new Set(`${block.given}\n${code}`.match(/\w+/g));
  const imported = [...names].filter(([name]) => used.has(name)).map(([, written]) => written);
  const head = /^import /m.test(code) ? '' : `import { ${imported.join(', ')} } from 'espalier'; `;
  const file = join(folder, `${path.replaceAll('/', '-')}-${block.line}.ts`);
  return { document: path, fence: block.line, file, text: `${head}${block.given} export {};\n${code}\n` };
}

/** Everything that the compiler has to say of the samples, one line each. */
export function sampleProblems(documents: readonly Document[]): string[] {
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, projectDir);
  const texts = new Map<string, string>();
  const host = hostFor(options, texts);
  const before = ts.createProgram([libraryTypes], options, host);
  const names = exportsOf(before, libraryTypes);
  const samples = documents.flatMap((document) =>
    codeBlocks(document)
      .filter(({ language }) => language === 'ts')
      .map((block) => sampleOf(document, block, names)),
  );
  for (const { file, text } of samples) texts.set(file, text);
  const program = ts.createProgram([...texts.keys()], options, host, before);
  return samples.flatMap(({ document, fence, file }) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = fence + (source?.getLineAndCharacterOfPosition(start).line ?? 0);
      return `${document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}
