type State = 'text' | 'escape' | 'sequence' | 'string' | 'string escape' | 'one more';

const escapeByte = 0x1b;
const bell = 0x07;

/** Bytes of a serial console as lines of text: without colours and cursors (ECMA-48), and with one kind of line end. */
export class ConsoleText {
  #state: State = 'text';
  /** A carriage return came: whether it begins a line is seen by what follows. */
  #returned = false;

  /** The text of the next bytes. A line that is drawn again, or elsewhere on the screen, is a line of its own. */
  push(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += this.#take(byte);
    return text;
  }

  #take(byte: number): string {
    if (this.#state === 'text') return this.#character(byte);
    const ended = this.#state === 'sequence' && byte >= 0x40 && byte <= 0x7e;
    const moves = ended && 'HfJ'.includes(String.fromCharCode(byte));
    this.#state = ended ? 'text' : this.#next(byte);
    return moves ? '\n' : '';
  }

  /** The state behind a byte within an escape sequence that does not end there. */
  #next(byte: number): State {
    if (this.#state === 'escape') return behindEscape(byte);
    if (this.#state === 'string') return byte === bell ? 'text' : byte === escapeByte ? 'string escape' : 'string';
    return this.#state === 'sequence' ? 'sequence' : 'text';
  }

  #character(byte: number): string {
    if (byte === escapeByte) {
      this.#state = 'escape';
      return '';
    }
    if (byte === 0x0d) {
      this.#returned = true;
      return '';
    }
    const isEnd = byte === 0x0a;
    if (!isEnd && byte !== 0x09 && (byte < 0x20 || byte === 0x7f)) return '';
    const begun = this.#returned && !isEnd ? '\n' : '';
    this.#returned = false;
    return begun + String.fromCharCode(byte);
  }
}

function behindEscape(byte: number): State {
  const character = String.fromCharCode(byte);
  if (character === '[') return 'sequence';
  if (']PX^_'.includes(character)) return 'string';
  return '()*+-./#%'.includes(character) ? 'one more' : 'text';
}
