/**
 * The level of shell that runs on the machine of strongSwan's driver (`do-tests`): what bash makes of a text before ssh
 * takes the words to a host. Of bash's language the part is known that leaves no choice: quotes, escapes, blanks and
 * redirections to /dev/null. All else is refused, since the driver's shell never runs here.
 */
export type DriverWords = { readonly words: readonly string[] } | { readonly refused: string };

/** Runs of blanks are one: the driver's text goes through word splitting before it is read again. */
export function collapseBlanks(text: string): string {
  return text.replace(/[ \t\n]+/g, ' ');
}

/** The words of one simple command. Patterns of file names are not expanded: no file of the driver matches them. */
export function driverWords(text: string): DriverWords {
  try {
    return { words: new Reader(collapseBlanks(text)).words() };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.reason };
    throw error;
  }
}

class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** `{a,b}` or `{1..3}`, of which the driver's shell makes several words. */
function hasBraces(word: string): boolean {
  for (const [, inside = ''] of word.matchAll(/\{([^{}]*)\}/g)) {
    if (inside.includes(',') || inside.includes('..')) return true;
  }
  return false;
}

const operators: Readonly<Record<string, string>> = {
  ';': 'a second command on the driver',
  '&': 'a second command on the driver',
  '|': 'a pipe on the driver',
  '(': 'a subshell on the driver',
  ')': 'a subshell on the driver',
  '<': 'input from a file of the driver',
  '`': 'the output of a command on the driver',
};

class Reader {
  readonly #text: string;
  #at = 0;
  #word: string | undefined;
  #quoted = false;
  readonly #words: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  words(): string[] {
    while (this.#at < this.#text.length) this.#plain(this.#next());
    this.#endWord();
    return this.#words;
  }

  #next(): string {
    return this.#text[this.#at++] ?? '';
  }

  #append(piece: string): void {
    this.#word = (this.#word ?? '') + piece;
  }

  #endWord(): void {
    const word = this.#word;
    if (word !== undefined) {
      if (!this.#quoted && hasBraces(word)) throw new Refusal('braces that the driver expands');
      this.#words.push(word);
    }
    this.#word = undefined;
    this.#quoted = false;
  }

  /** A character outside of quotes. */
  #plain(char: string): void {
    const refused = operators[char];
    if (char === ' ') this.#endWord();
    else if (char === "'") this.#single();
    else if (char === '"') this.#double();
    else if (char === '\\') this.#append(this.#next());
    else if (char === '>') this.#redirection();
    else if (refused !== undefined) throw new Refusal(refused);
    else if (this.#word === undefined && (char === '#' || char === '~')) throw new Refusal(`${char} before a word`);
    else this.#literal(char);
  }

  /** A character that stands for itself, unless it begins an expansion. */
  #literal(char: string): void {
    const next = this.#text[this.#at] ?? '';
    if (char === '$' && /[\w({@*#?$!'"-]/.test(next) && !(this.#quoted && next === '"')) {
      throw new Refusal('a variable or a command of the driver');
    }
    this.#append(char);
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) throw new Refusal('a quote that is not closed');
    this.#append(this.#text.slice(this.#at, end));
    this.#quoted = true;
    this.#at = end + 1;
  }

  #double(): void {
    this.#quoted = true;
    this.#append('');
    for (;;) {
      if (this.#at >= this.#text.length) throw new Refusal('a quote that is not closed');
      const char = this.#next();
      if (char === '"') return;
      if (char === '`') throw new Refusal('the output of a command on the driver');
      if (char === '\\' && /["$`\\]/.test(this.#text[this.#at] ?? '')) this.#append(this.#next());
      else this.#literal(char);
    }
  }

  /** `>file`, `2>file`, `2>&1`: what the driver adds behind goes last and wins, so only files could matter. */
  #redirection(): void {
    if (this.#word !== undefined && !/^[12]$/.test(this.#word)) {
      if (/^\d+$/.test(this.#word)) throw new Refusal(`descriptor ${this.#word} of the driver`);
      this.#endWord();
    }
    this.#word = undefined;
    const target = /^(?:&[12](?![\w/])| ?\/dev\/null(?=[ >]|$))/.exec(this.#text.slice(this.#at));
    if (target === null) throw new Refusal('output into a file of the driver');
    this.#at += target[0].length;
  }
}
