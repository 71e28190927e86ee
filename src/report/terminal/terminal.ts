import { leftText, secondsText } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { type VerdictWord, wordTable } from '../../model/words.ts';
import type { Reporter, ReportProgress, Sink, TextStyle } from '../reporter.ts';
import { summaryText } from './summary.ts';

const green = 32;
const yellow = 33;
const red = 31;
const magenta = 35;

const colours: Readonly<Record<VerdictWord, number>> = {
  unresolved: magenta,
  crash: red,
  livelock: red,
  timeout: red,
  nondeterminism: red,
  leak: red,
  major: red,
  minor: yellow,
  unsupported: yellow,
  passed: green,
};

/** The word in its colour, on a terminal. */
export function coloured(word: VerdictWord, text: string, sink: TextStyle): string {
  return sink.terminal ? `\x1b[${colours[word]}m${text}\x1b[0m` : text;
}

function resultLine(result: ScenarioResult, sink: Sink): string {
  const adapted = result.word === 'passed' && result.passesOnlyAdapted ? ', adapted' : '';
  const word = coloured(result.word, `${result.word}${adapted}`.padEnd(15), sink);
  const time = result.attempts.at(-1)?.time;
  const wall = time === undefined ? '' : `  ${secondsText(time.wallMs)}`;
  const attempts = result.attempts.length > 1 ? `  ${result.attempts.length} attempts` : '';
  const change = result.change === undefined ? '' : `  ${result.change}`;
  const message =
    result.word === 'passed' ? undefined : (result.issues[0]?.message ?? result.attempts.at(-1)?.end?.detail);
  const reason = message === undefined ? '' : `  ${message}`;
  const tail = visibleLine(`${keyOf(result)}${wall}${attempts}${change}${reason}`);
  return `${word} ${sink.terminal ? tail.slice(0, Math.max(20, sink.columns - 17)) : tail}\n`;
}

function statusLine({ done, total, unexpected, leftMs }: ReportProgress): string {
  const failures = unexpected > 0 ? `, ${unexpected} not as expected` : '';
  const left = leftMs === undefined || done === total ? '' : `, ${leftText(leftMs)}`;
  return `${done} of ${total} done${failures}${left}`;
}

/** A line that is redrawn in place on a terminal and does not exist elsewhere. */
class StatusLine {
  readonly #sink: Sink;
  #text = '';

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Prints above the status line. */
  print(text: string): void {
    if (text !== '') this.#sink.write(`${this.#clear()}${text}${this.#text}`);
  }

  show(text: string): void {
    if (!this.#sink.terminal) return;
    const clear = this.#clear();
    this.#text = text.slice(0, this.#sink.columns - 1);
    this.#sink.write(`${clear}${this.#text}`);
  }

  #clear(): string {
    return this.#text === '' ? '' : '\r\x1b[K';
  }
}

/** One line per scenario as it ends; on a terminal a status line below. */
export function listReporter(sink: Sink): Reporter {
  const status = new StatusLine(sink);
  return {
    result(result, progress) {
      status.print(resultLine(result, sink));
      status.show(statusLine(progress));
    },
    end(end) {
      status.show('');
      sink.write(summaryText(end));
    },
  };
}

/** Only what is not as expected; on a terminal a status line, elsewhere a line per tenth of the run. */
export function lineReporter(sink: Sink): Reporter {
  const status = new StatusLine(sink);
  let tenth = 0;
  return {
    result(result, progress) {
      if (!result.expected) status.print(resultLine(result, sink));
      if (sink.terminal) status.show(statusLine(progress));
      else if (Math.floor((10 * progress.done) / progress.total) > tenth) {
        tenth = Math.floor((10 * progress.done) / progress.total);
        sink.write(`${statusLine(progress)}\n`);
      }
    },
    end(end) {
      status.show('');
      sink.write(summaryText(end));
    },
  };
}

const dotsPerRow = 60;

/** One character per scenario: for pipes and CI logs. */
export function dotReporter(sink: Sink): Reporter {
  let column = 0;
  return {
    result(result, progress) {
      sink.write(wordTable[result.word].letter);
      column += 1;
      if (column === dotsPerRow || progress.done === progress.total) {
        sink.write(`${' '.repeat(dotsPerRow - column)}  ${statusLine(progress)}\n`);
        column = 0;
      }
    },
    end(end) {
      if (column > 0) sink.write('\n');
      sink.write(summaryText(end));
    },
  };
}
