import { interruption } from '../../base/interruption.ts';
import { visibleLine } from '../../base/visible.ts';
import { buildDebianKernel, ensureKernel, flavourByName, kernelStore } from '../../supply/kernel/kernel.ts';

export interface KernelBuildOptions {
  readonly kernel?: string;
  readonly updateLock?: boolean;
  readonly flavour: string;
}

/** `espalier kernel build`. */
export async function kernelBuildCommand({ kernel, updateLock, flavour: name }: KernelBuildOptions): Promise<void> {
  const signal = interruption();
  const flavour = flavourByName(name);
  const built =
    kernel === undefined
      ? await buildDebianKernel({ flavour, signal, updateLock: updateLock === true })
      : await ensureKernel({ flavour, selection: kernel, signal });
  process.stdout.write(`${built.id}\n${built.path}\n`);
}

/** `espalier kernel list`. */
export function kernelListCommand(): void {
  for (const { id, made, path, facts } of kernelStore.list()) {
    process.stdout.write(`${visibleLine(`${id}  ${facts.flavour}  ${made.slice(0, 16)}  ${path}`)}\n`);
  }
}

/** `espalier kernel export`. */
export async function kernelExportCommand(file: string, { id }: { readonly id?: string }): Promise<void> {
  const chosen = kernelStore.choose(id, ({ flavour }) => flavour === 'standard');
  await kernelStore.exportTo(chosen, file);
}

/** `espalier kernel import`. */
export async function kernelImportCommand(file: string): Promise<void> {
  process.stdout.write(`${(await kernelStore.importFrom(file)).id}\n`);
}
