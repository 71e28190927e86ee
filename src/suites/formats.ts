import { EspalierError } from '../base/errors.ts';
import type { Format } from './format.ts';
import { libreswanFormat } from './libreswan/format.ts';
import { scenarioFormat } from './scenarios/format.ts';
import { strongswanFormat } from './strongswan/format.ts';

/** Formats of suites by the name that scenarios and `scenario.json` give. */
const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['libreswan', libreswanFormat],
  ['scenario', scenarioFormat],
  ['strongswan', strongswanFormat],
]);

/** The format of a name. Throws for one that this Espalier does not know. */
export function formatNamed(name: string, file?: string): Format {
  const format = formats.get(name);
  if (format !== undefined) return format;
  const known = [...formats.keys()].join(', ');
  throw new EspalierError('infrastructure', `is of the format ${name}, and this Espalier knows ${known}`, {
    ...(file !== undefined && { file }),
  });
}
