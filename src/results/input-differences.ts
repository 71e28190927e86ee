import type { AttemptInputs } from '../model/attempt.ts';

type Identity = AttemptInputs['suite'];

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
    // Attempts of earlier versions do not say which agent they had.
    if (what === 'agent' && (a === undefined || b === undefined)) return [];
    const remedy = remedies[what.split(' ')[0] ?? '']?.(a ?? { id: '', sha256: '' }) ?? '';
    return [{ what, stored: textOf(a, b), present: textOf(b, a), remedy }];
  });
}

function partsOf({ kernel, agent, images, overlays, suite }: AttemptInputs): Map<string, Identity> {
  const parts = new Map<string, Identity>([['kernel', kernel]]);
  if (agent !== undefined) parts.set('agent', agent);
  for (const [host, image] of Object.entries(images)) parts.set(`image of ${host}`, image);
  for (const [host, layers] of Object.entries(overlays ?? {})) {
    for (const [at, layer] of layers.entries()) parts.set(`overlay ${at + 1} of ${host}`, layer);
  }
  return parts.set('suite', suite);
}

/** The id; with the beginning of the commit's hash, or of the files', where that alone tells them apart. */
function textOf(one: Identity | undefined, other: Identity | undefined): string {
  if (one === undefined) return 'none';
  if (one.id !== other?.id) return one.id;
  const byCommit = one.commit !== undefined && one.commit.hash !== other.commit?.hash;
  return byCommit ? `${one.id} (${commitText(one)})` : `${one.id} (sha256 ${one.sha256.slice(0, 12)})`;
}

function commitText({ commit }: Identity): string {
  return commit === undefined ? '' : `commit ${commit.hash.slice(0, 12)}, ${commit.subject}`;
}

const remedies: Readonly<Record<string, (stored: Identity) => string>> = {
  kernel: ({ id }) =>
    `bring that kernel from where it is: \`espalier kernel export FILE --id ${id}\`, here \`espalier kernel import FILE\``,
  agent: () => 'it was compiled by another gcc or from other sources (guest/): bytes may differ, and facts should not',
  image: ({ id }) =>
    `bring that image from where it is: \`espalier image export FILE --id ${id}\`, here \`espalier image import FILE\``,
  overlay: () => 'put the files of --overlay back to what they were',
  suite: (suite) => `check out the suite as it was (${[suite.id, commitText(suite)].filter(Boolean).join(', ')})`,
};
