/** Files of gcov's as GCC 12 writes them (gcov-io.h): in words of this machine's byte order, strings with their length. */
const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const string = (text: string): Buffer =>
  text === '' ? word(0) : Buffer.concat([word(text.length + 1), Buffer.from(`${text}\0`)]);
const record = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([word(tag), word(body.length), body]);
};

export interface MadeArc {
  readonly from: number;
  readonly to: number;
  readonly onTree: boolean;
}

export interface MadeFunction {
  readonly ident: number;
  readonly name: string;
  readonly line: number;
  readonly blocks: number;
  readonly arcs: readonly MadeArc[];
  /** Lines of blocks. */
  readonly lines: readonly (readonly [block: number, source: string, ...lines: number[]])[];
}

const version = 0x4232322a;
export const madeStamp = 7;

const ofBlock = (arcs: readonly MadeArc[], block: number): Buffer[] => {
  const mine = arcs.filter(({ from }) => from === block);
  const words = mine.flatMap(({ to, onTree }) => [word(to), word(onTree ? 1 : 0)]);
  return mine.length === 0 ? [] : [record(0x01430000, word(block), ...words)];
};

/** A `.gcno` file; functions stand where their first lines do. */
export function notesFile(functions: readonly MadeFunction[], head = version): Buffer {
  const parts = functions.flatMap(({ ident, name, line, blocks, arcs, lines }) => [
    record(
      0x01000000,
      ...[ident, 1, 2].map(word),
      string(name),
      word(0),
      string(lines[0]?.[1] ?? ''),
      ...[line, 1, line + 9, 1].map(word),
    ),
    record(0x01410000, word(blocks)),
    ...Array.from({ length: blocks }, (_, block) => ofBlock(arcs, block)).flat(),
    ...lines.map(([block, file, ...numbers]) =>
      record(0x01450000, word(block), word(0), string(file), ...numbers.map(word), word(0), string('')),
    ),
  ]);
  return Buffer.concat([word(0x67636e6f), word(head), word(madeStamp), word(0), string('/build'), word(1), ...parts]);
}

/** A `.gcda` file; `counts`: of each function; `undefined` where all are zero and left out, so many. */
export function countersFile(
  functions: readonly (readonly [ident: number, counts: readonly number[] | number])[],
): Buffer {
  const parts = functions.flatMap(([ident, counts]) => [
    record(0x01000000, ...[ident, 1, 2].map(word)),
    typeof counts === 'number'
      ? Buffer.concat([word(0x01a10000), word(-8 * counts)])
      : record(0x01a10000, ...counts.flatMap((count) => [word(count), word(Math.floor(count / 2 ** 32))])),
  ]);
  return Buffer.concat([word(0x67636461), word(version), word(madeStamp), word(0), ...parts, word(0)]);
}
