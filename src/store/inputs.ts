import type { AttemptInputs } from '../transcript/attempt.ts';

type Identity = AttemptInputs['kernel'];

/** Something that an attempt was fed with and that is another one now. */
export interface InputDifference {
  /** `kernel`, `image of east`, `overlay 1 of *`, `suite`. */
  readonly what: string;
  /** Identities for people; `none` where there is none. */
  readonly stored: string;
  readonly present: string;
  /** How to get what the attempt had. */
  readonly remedy: string;
}

/** What differs between the inputs of a stored attempt and those that an attempt would have now; the seed apart. */
export function inputDifferences(stored: AttemptInputs, present: AttemptInputs): InputDifference[] {
  const [before, now] = [partsOf(stored), partsOf(present)];
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].flatMap((what) => {
    const [a, b] = [before.get(what), now.get(what)];
    if (a?.sha256 === b?.sha256) return [];
    const remedy = remedies[what.split(' ')[0] ?? '']?.(a?.id ?? '') ?? '';
    return [{ what, stored: textOf(a, b), present: textOf(b, a), remedy }];
  });
}

function partsOf({ kernel, images, overlays, suite }: AttemptInputs): Map<string, Identity> {
  const parts = new Map<string, Identity>([['kernel', kernel]]);
  for (const [host, image] of Object.entries(images)) parts.set(`image of ${host}`, image);
  for (const [host, layers] of Object.entries(overlays ?? {})) {
    for (const [at, layer] of layers.entries()) parts.set(`overlay ${at + 1} of ${host}`, layer);
  }
  return parts.set('suite', suite);
}

/** The id; with the beginning of the hash where that alone tells them apart. */
function textOf(one: Identity | undefined, other: Identity | undefined): string {
  if (one === undefined) return 'none';
  return one.id === other?.id ? `${one.id} (sha256 ${one.sha256.slice(0, 12)})` : one.id;
}

const remedies: Readonly<Record<string, (id: string) => string>> = {
  kernel: (id) =>
    `bring that kernel from where it is: \`espalier kernel export FILE --id ${id}\`, here \`espalier kernel import FILE\``,
  image: (id) =>
    `bring that image from where it is: \`espalier image export FILE --id ${id}\`, here \`espalier image import FILE\``,
  overlay: () => 'put the files of --overlay back to what they were',
  suite: (id) => `check out the suite as it was (${id})`,
};
