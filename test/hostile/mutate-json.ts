import type { Draw } from '../mischief/draw.ts';
import type { Planted } from './planted.ts';

/** What may stand in place of any value. */
const values = (planted: Planted): readonly unknown[] => [
  null,
  -1,
  1e308,
  2 ** 53,
  '',
  '../'.repeat(12) + planted.dir,
  `${planted.dir}/records`,
  `/../../../../../../..${planted.dir}`,
  '\x1b[2J\u202e\0',
  'x'.repeat(300),
  '長'.repeat(84),
  [],
  {},
  [[[[]]]],
  '99999999999999999999',
  '[0-9]+[0-9]+[0-9]+$',
];

/** A JSON text with one value changed, or one key gone or added; a text that is no JSON stays. */
export function changedJson(text: string, draw: Draw, planted: Planted): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return text;
  }
  const places = placesIn(document);
  if (places.length === 0) return JSON.stringify(draw.of(values(planted)));
  const { holder, key } = draw.of(places);
  const kind = draw.of(['change', 'change', 'change', 'change', 'remove', 'add']);
  if (kind === 'remove') delete holder[key];
  else if (kind === 'add')
    holder[draw.of(['__proto__', 'constructor', '..', 'x'.repeat(1000)])] = draw.of(values(planted));
  else holder[key] = draw.of(values(planted));
  return JSON.stringify(document);
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}
