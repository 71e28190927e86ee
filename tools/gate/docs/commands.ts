/** Command lines in documents are ones that the command line takes. */
import { CommanderError } from 'commander';
import { commandLine } from '../../../src/cli/program.ts';
import { codeBlocks, codeSpans, type Document } from './document.ts';

type Command = ReturnType<typeof commandLine>;

/** Words of a shell line up to what ends the command; quotes and comments as a shell has them. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\#|;&<>])+|[#|;&<>]/g)) {
    if (/^[#|;&<>]$/.test(word)) break;
    words.push(word.replace(/"([^"]*)"|'([^']*)'|\\(.)/g, '$1$2$3'));
  }
  return words;
}

/** The command line with actions that do nothing. */
function idle(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
  for (const below of command.commands) idle(below);
  return command.commands.length > 0 ? command : command.action(() => {});
}

function isFine({ code }: CommanderError, inProse: boolean): boolean {
  return (
    code.startsWith('commander.help') ||
    code === 'commander.version' ||
    (inProse && code === 'commander.missingArgument')
  );
}

/** What is wrong with a line `espalier …`. */
function problemOf(line: string, inProse: boolean): string | undefined {
  const [, ...args] = wordsOf(line);
  try {
    idle(commandLine()).parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && isFine(error, inProse)) return undefined;
    return error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
  }
}

interface Call {
  readonly line: number;
  readonly call: string;
  /** It stands in a sentence, which may name a command without what it needs. */
  readonly inProse: boolean;
}

/** Lines of a document that call Espalier: of shell blocks, of what stands behind a pipe there, and code in the prose. */
function calls(document: Document): Call[] {
  const shell = codeBlocks(document).filter(({ language }) => language === 'sh' || language === 'console');
  const lines = shell.flatMap((block) =>
    block.lines.map((text, index) => ({ line: block.line + 1 + index, text, inProse: false })),
  );
  const spans = codeSpans(document).map(({ line, code }) => ({ line, text: code, inProse: true }));
  return [...lines, ...spans].flatMap(({ line, text, inProse }) => {
    const call = /(?:^|^\$ |[|;&] *)((?:\.\/)?espalier(?: .*)?)$/.exec(text)?.[1];
    return call === undefined || / --node /.test(call) ? [] : [{ line, call, inProse }];
  });
}

/** Every call that the command line refuses, one line each. */
export function commandProblems(documents: readonly Document[]): string[] {
  return documents.flatMap((document) =>
    calls(document)
      .map(({ line, call, inProse }) => ({ line, call, problem: problemOf(call, inProse) }))
      .filter(({ problem }) => problem !== undefined)
      .map(({ line, call, problem }) => `${document.path}:${line}: ${call}: ${problem}`),
  );
}
