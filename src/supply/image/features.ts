import { constants } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { readErofs } from './erofs/reader.ts';
import { type FileNode, kindOf, readContent, walk } from './erofs/tree.ts';

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

/** The features of an image, sorted; with layers that lie over it, the highest last. */
export function featuresOf(image: string, layers: readonly string[] = []): string[] {
  const features = readJson(featuresFile, z.array(featureSchema));
  const files = new Map([image, ...layers].flatMap((one) => [...walk(readErofs(one))]));
  const found = [...files].flatMap(([path, node]) =>
    isHidden(node) ? [] : features.map((feature) => featureOf(path, node, feature)),
  );
  return [...new Set(found.filter((name) => name !== undefined))].sort();
}

/** Where a layer has such a device, overlayfs has no file (`overlayfs.rst`, whiteouts). */
function isHidden({ mode, device }: FileNode): boolean {
  return kindOf(mode)?.type === constants.S_IFCHR && device?.major === 0 && device.minor === 0;
}

function featureOf(path: string, { content }: FileNode, { name, path: wanted, holds }: FileFeature) {
  const match = wanted.exec(path);
  if (match === null) return undefined;
  if (holds !== undefined && (content === undefined || !readContent(content).includes(holds))) return undefined;
  return match[1] === undefined ? name : `${name} ${match[1]}`;
}
