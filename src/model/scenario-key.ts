/** `suite:name`, as command lines and results name a scenario. */
export function keyOf({ suite, name }: { readonly suite: string; readonly name: string }): string {
  return `${suite}:${name}`;
}
