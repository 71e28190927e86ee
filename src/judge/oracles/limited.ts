import type { Issue } from '../../model/verdict.ts';

/** A thousand things that go wrong in one way on one host are told by their first. */
const mostOfAKind = 5;

/** The first issues of each kind and host. */
export function limited<One extends Issue>(issues: readonly One[]): One[] {
  const counts = new Map<string, number>();
  return issues.filter(({ kind, host }) => {
    const count = (counts.get(`${kind} ${host}`) ?? 0) + 1;
    counts.set(`${kind} ${host}`, count);
    return count <= mostOfAKind;
  });
}
