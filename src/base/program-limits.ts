import type { ProgramLimits } from './foreign-program.ts';

const mebi = 1024 * 1024;
const gibi = 1024 * mebi;

/**
 * What programs may use that work on what others made, by what they do. Limits are there to end what runs away: each is many times what the
 * largest honest input needs. They hold for each process by itself.
 */
export const programLimits = {
  /**
   * Of a suite. Its scripts may read their input and nothing else: `--sandbox` forbids to read and write files, but gawk still includes files, whose lines
   * it prints with its complaints. With a script and the standard streams open, no other file can be.
   */
  sanitizer: { memory: 512 * mebi, cpuSeconds: 10, fileBytes: 32 * mebi, openFiles: 4 },
  /** It has opened no file but the standard ones, and opens none; the loader opens its libraries one after the other. */
  grep: { memory: 512 * mebi, cpuSeconds: 10, fileBytes: 0, openFiles: 4 },
  /** tar, dpkg-deb and the decompressors that they start, which reserve room for each processor. */
  archive: { memory: 8 * gibi, cpuSeconds: 1800, fileBytes: 32 * gibi },
  /** What packs an image. */
  packer: { memory: 8 * gibi, cpuSeconds: 1800, fileBytes: 32 * gibi },
  /** make, and each compiler and linker that it starts. */
  kernelBuild: { memory: 16 * gibi, cpuSeconds: 3600, fileBytes: 8 * gibi },
  /** A daemon's own build. It may try programs with sanitizers, which reserve terabytes of addresses: memory has no limit. */
  sourceBuild: { cpuSeconds: 3600, fileBytes: 8 * gibi },
  /** git. It maps whole packs, however large: memory has no limit. */
  repository: { cpuSeconds: 600, fileBytes: 8 * gibi },
} as const satisfies Readonly<Record<string, ProgramLimits>>;
