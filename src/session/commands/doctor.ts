import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { runsDir } from '../../store/layout.ts';
import { examine } from '../../supply/doctor.ts';

/** `espalier doctor`; returns the exit code: 0 nothing is missing. */
export async function doctorCommand({ sbom }: { readonly sbom?: boolean } = {}): Promise<number> {
  if (sbom) {
    const { makeSbom } = await import('../../supply/sbom.ts');
    process.stdout.write(`${JSON.stringify(await makeSbom(), null, 2)}\n`);
    return 0;
  }
  const { report, complete } = await examine({ runs: nearestFolder(runsDir()) });
  process.stdout.write(report);
  return complete ? 0 : 2;
}

/** The folder itself, or where it would be made. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}
