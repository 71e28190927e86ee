import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The comment at the head of a file, as plain text: what each tool says about its use. */
export function headComment(text: string): string {
  const comment = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  return comment.replaceAll(/^ ?\* ?/gm, '').trim();
}

/**
 * A tool's arguments. `--help` prints the comment at the head of the tool's file; so does what cannot be read, with exit code 2.
 * @param file the tool, `import.meta.filename`
 */
export function toolArguments<T extends ParseArgsConfig>(file: string, config: T): ReturnType<typeof parseArgs<T>> {
  const usage = `${headComment(readFileSync(file, 'utf8'))}\n`;
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return process.exit(2);
  }
}
