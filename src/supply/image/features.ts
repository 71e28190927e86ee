import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { succeed } from '../../base/processes.ts';

/** A fact about an image that decides which tests can run on it, read from the image's own files: `plugin sql`, `ikev1`. */
const featureSchema = z.strictObject({
  name: z.string(),
  /** A file's path; what the pattern captures stands behind the name. */
  path: z.string().transform((pattern) => new RegExp(pattern)),
  /** Bytes that the file must hold. */
  holds: z.string().exactOptional(),
});
type FileFeature = z.infer<typeof featureSchema>;

/** What is looked for, beside the recipes. */
const featuresFile = join(projectDir, 'images', 'features.json');

/** The features of an image, sorted. */
export async function featuresOf(image: string): Promise<string[]> {
  const listed = await succeed('unsquashfs', ['-l', '-d', '', image]);
  const paths = listed.stdout.toString().split('\n');
  const features = readJson(featuresFile, z.array(featureSchema));
  const found = await Promise.all(features.flatMap((feature) => paths.map((path) => featureOf(image, path, feature))));
  return [...new Set(found.filter((name) => name !== undefined))].sort();
}

async function featureOf(image: string, path: string, { name, path: wanted, holds }: FileFeature) {
  const match = wanted.exec(path);
  if (match === null) return undefined;
  if (holds !== undefined) {
    const content = await succeed('unsquashfs', ['-cat', image, path.slice(1)]);
    if (!content.stdout.includes(holds)) return undefined;
  }
  return match[1] === undefined ? name : `${name} ${match[1]}`;
}
