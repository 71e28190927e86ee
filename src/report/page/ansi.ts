import { visibleLine } from '../../base/visible.ts';
import type { ConsoleLine } from './data.ts';

/** Lines are shown up to here; the raw transcript has all of them. */
const longest = 2000;

/**
 * What a terminal takes as orders: operating system commands and their kin (titles, links, clipboard), control
 * sequences, other escapes; each in its form with ESC and in that of C1.
 */
const orders =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])?|\u001b[ -/]*[0-~]?|[\u0080-\u009f]/g;

/** Select Graphic Rendition (ECMA-48, 8.3.117): classes by parameter. Backgrounds too are classes, `b0` to `b7`. */
const attributes: Readonly<Record<number, string>> = { 1: 'bold', 2: 'faint', 3: 'italic', 4: 'under', 7: 'inverse' };
const ends: Readonly<Record<number, readonly string[]>> = {
  22: ['bold', 'faint'],
  23: ['italic'],
  24: ['under'],
  27: ['inverse'],
};

/** A terminal's style, kept from line to line. */
export class Style {
  #classes = new Set<string>();

  /** Takes the parameters of a control sequence `m`. Colours beyond the sixteen are passed over. */
  take(parameters: string): void {
    const numbers = parameters.split(/[;:]/).map(Number);
    for (let at = 0; at < numbers.length; at += 1) {
      const number = numbers[at] ?? 0;
      if (number === 38 || number === 48) at += numbers[at + 1] === 5 ? 2 : 4;
      else this.#set(number);
    }
  }

  get text(): string {
    return [...this.#classes].join(' ');
  }

  #set(number: number): void {
    const attribute = attributes[number];
    if (number === 0) this.#classes.clear();
    else if (attribute !== undefined) this.#classes.add(attribute);
    else if (ends[number] !== undefined) for (const one of ends[number]) this.#classes.delete(one);
    else if (number === 39) this.#colour('f');
    else if (number === 49) this.#colour('b');
    else if (number >= 30 && number <= 37) this.#colour('f', number - 30);
    else if (number >= 90 && number <= 97) this.#colour('f', number - 90);
    else if (number >= 40 && number <= 47) this.#colour('b', number - 40);
    else if (number >= 100 && number <= 107) this.#colour('b', number - 100);
  }

  #colour(letter: 'f' | 'b', number?: number): void {
    for (const one of this.#classes) if (new RegExp(`^${letter}\\d$`).test(one)) this.#classes.delete(one);
    if (number !== undefined) this.#classes.add(`${letter}${number}`);
  }
}

/** One line from a console, without its end: styles as classes, every other order of a terminal dropped. */
export function consoleLine(raw: string, style = new Style()): ConsoleLine {
  const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  if (line.length <= longest && style.text === '' && !/[^ -~]/.test(line)) return { text: line };
  const spans: [number, number, string][] = [];
  let text = '';
  let at = 0;
  const put = (piece: string): void => {
    const begin = text.length;
    text += visibleLine(expandTabs(piece, begin));
    if (style.text !== '' && text.length > begin) spans.push([begin, text.length, style.text]);
  };
  for (const order of line.matchAll(orders)) {
    put(line.slice(at, order.index));
    if (order[2] === 'm') style.take(order[1] ?? '');
    at = order.index + order[0].length;
  }
  put(line.slice(at));
  if (text.length <= longest) return spans.length === 0 ? { text } : { text, styles: spans };
  const styles = spans.filter(([begin]) => begin < longest).map(([a, b, c]) => [a, Math.min(b, longest), c] as const);
  const cut = `${text.slice(0, longest)} … ${text.length - longest} more characters`;
  return styles.length === 0 ? { text: cut } : { text: cut, styles };
}

/** Tabs end at every eighth column. */
function expandTabs(piece: string, column: number): string {
  if (!piece.includes('\t')) return piece;
  let text = '';
  for (const character of piece) {
    text += character === '\t' ? ' '.repeat(8 - ((column + text.length) % 8)) : character;
  }
  return text;
}
