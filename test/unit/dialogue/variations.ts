import type { Wire } from './players/player.ts';

/** Replaces some characters of each line, the same ones in every run: about one of `every`. */
export function garbled(every: number): (text: string) => string {
  let state = 1;
  return (text) =>
    [...text]
      .map((character) => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        return /[a-zA-Z]/.test(character) && Math.floor(state / 65536) % every === 0 ? '~' : character;
      })
      .join('');
}

/** Colours, cursor movements that go nowhere, bytes that are no text. */
function decorated(text: string): string {
  return text.replace(/[a-z]{3}(?=[a-z])/g, (letters) => `${letters}\x1b[1m\x00\x1b[0m`);
}

/** What a serial line and a slow machine do to any system. Conversations have to get through all of these. */
export const wires: Readonly<Record<string, Wire>> = {
  'as it was recorded': {},
  'a byte at a time': { chunk: 1, gapMs: 1 },
  'seven bytes a second': { chunk: 7, gapMs: 1000 },
  'colours and bytes that are no text': { change: decorated },
};
