import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { type Reporter, Reporters, type Sink } from './reporter.ts';
import { junitReporter } from './terminal/junit.ts';
import { jsonReporter, tapReporter } from './terminal/machine-readable.ts';
import { markdownReporter } from './terminal/markdown.ts';
import { matrixReporter } from './terminal/matrix.ts';
import { dotReporter, lineReporter, listReporter } from './terminal/terminal.ts';

const makers: Readonly<Record<string, (sink: Sink) => Reporter>> = {
  list: listReporter,
  line: lineReporter,
  dot: dotReporter,
  json: jsonReporter,
  junit: junitReporter,
  tap: tapReporter,
  markdown: markdownReporter,
  matrix: matrixReporter,
};

/** Names that `--reporter` takes. */
export const reporterNames: readonly string[] = Object.keys(makers);

/** Collects text for a file, written whole at the end; a run that dies leaves no half report. */
class FileSink implements Sink {
  readonly terminal = false;
  readonly columns = 120;
  readonly path: string;
  #text = '';

  constructor(path: string) {
    this.path = resolve(path);
  }

  write(text: string): void {
    this.#text += text;
  }

  flush(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, this.#text);
  }
}

/** Reporters from words like `list` and `junit=out.xml`; without a file they write to `sink`. */
export function makeReporters(words: readonly string[], sink: Sink): Reporters {
  const reporters = new Map<string, Reporter>();
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (make === undefined) {
      const remedy = `choose from ${reporterNames.join(', ')}; \`NAME=FILE\` writes to a file`;
      throw new EspalierError('usage', `no reporter is named ${name}`, { remedy });
    }
    reporters.set(word, rest.length === 0 ? make(sink) : intoFile(make, rest.join('=')));
  }
  return new Reporters(reporters);
}

function intoFile(make: (sink: Sink) => Reporter, path: string): Reporter {
  const sink = new FileSink(path);
  const reporter = make(sink);
  return {
    ...reporter,
    async end(end) {
      await reporter.end?.(end);
      sink.flush();
    },
  };
}
