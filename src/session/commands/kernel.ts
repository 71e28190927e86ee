import { interruption } from '../../base/interruption.ts';
import { visibleLine } from '../../base/visible.ts';
import { flavourByName, isUsual } from '../../supply/kernel/flavours.ts';
import { buildDebianKernel, ensureKernel, kernelStore, presentKernel } from '../../supply/kernel/kernel.ts';
import { kconfigOf, readKconfig } from '../kconfig.ts';

export interface KernelBuildOptions {
  readonly kernel?: string;
  readonly updateLock?: boolean;
  readonly flavour: string;
  readonly plain?: boolean;
  readonly debug?: boolean;
  readonly coverage?: boolean;
  readonly checkers?: boolean;
  readonly kconfig?: string;
}

/** `espalier kernel build`. */
export async function kernelBuildCommand({
  kernel,
  updateLock,
  plain,
  debug = false,
  coverage = false,
  checkers = false,
  kconfig,
  flavour: name,
}: KernelBuildOptions): Promise<void> {
  const signal = interruption();
  const flavour = flavourByName(name);
  const options = kconfigOf(readKconfig(kconfig).kconfig);
  const built =
    kernel === undefined
      ? await buildDebianKernel({
          flavour,
          signal,
          debug,
          coverage,
          checkers,
          options,
          plain: plain === true,
          updateLock: updateLock === true,
        })
      : await ensureKernel({ flavour, debug, coverage, checkers, options, selection: kernel, signal });
  process.stdout.write(`${built.id}\n${built.path}\n`);
}

/** `espalier kernel list`. */
export function kernelListCommand(): void {
  for (const { id, made, path, facts } of kernelStore.list()) {
    const kind = [
      facts.flavour,
      ...(facts.patches?.length === 0 ? ['plain'] : []),
      ...(facts.debug ? ['debug'] : []),
      ...(facts.coverage ? ['coverage'] : []),
      ...(facts.checkers ? ['checkers'] : []),
      ...(facts.options === undefined ? [] : [`${Object.keys(facts.options).length} options of --kconfig`]),
    ].join(', ');
    process.stdout.write(`${visibleLine(`${id}  ${kind}  ${made.slice(0, 16)}  ${path}`)}\n`);
  }
}

/** `espalier kernel export`. */
export async function kernelExportCommand(file: string, { id }: { readonly id?: string }): Promise<void> {
  const chosen = kernelStore.choose(
    id ?? presentKernel()?.id,
    (facts) => facts.flavour === 'standard' && isUsual(facts),
  );
  await kernelStore.exportTo(chosen, file);
}

/** `espalier kernel import`. */
export async function kernelImportCommand(file: string): Promise<void> {
  process.stdout.write(`${(await kernelStore.importFrom(file)).id}\n`);
}
