/** True where `version` is `least` or a later one; both are numbers with dots. */
export function isAtLeast(version: string, least: string): boolean {
  const [has, wants] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (wants ?? []).entries()) {
    const number = has?.[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
