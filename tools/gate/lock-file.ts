/** What must hold for every entry of package-lock.json, so that `npm ci` checks the bytes of each package. */
interface LockEntry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

/** Everything that is wrong with a lock file, one line each. */
export function lockProblems(text: string): string[] {
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(packages).flatMap(([path, entry]) => (path === '' ? [] : problemsOf(path, entry)));
}

function problemsOf(path: string, { integrity = '', resolved, hasInstallScript, dev }: LockEntry): string[] {
  const problems: string[] = [];
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)) problems.push('has no SHA-512: remove it and run `npm install`');
  if (resolved !== undefined) problems.push('names the place that it came from, which is not everybody’s');
  if (hasInstallScript && !dev) problems.push('has an install script, which no runtime package may');
  return problems.map((problem) => `package-lock.json: ${path} ${problem}`);
}
