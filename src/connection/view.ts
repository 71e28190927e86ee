import { EspalierError } from '../base/errors.ts';
import type { Connection, End } from './connection.ts';
import { problemsOf } from './validate.ts';

declare const checked: unique symbol;

/** A connection from one end, with that end's own settings. `viewOf` alone makes them, so nothing is wrong with what one holds. */
export interface View {
  readonly connection: Connection;
  readonly local: End;
  /** As the local end knows it. */
  readonly remote: End;
  /** Name of the connection whose further Child SA this is. */
  readonly childOf?: string;
  readonly [checked]: true;
}

/**
 * A connection as its end on `host` sees it. Throws a `scenario` error that names the connection and the field where it is
 * wrong, or where it has no end on the host.
 */
export function viewOf(connection: Connection, host: string): View {
  const [first, second] = connection.ends;
  if (first.host !== host && second.host !== host) {
    throw new EspalierError('scenario', `connection ${connection.name} has no end on this host`, { host });
  }
  const [local, remote] = first.host === host ? [first, second] : [second, first];
  const own = withOwn(connection, local);
  const [problem] = problemsOf(own);
  if (problem !== undefined) {
    throw new EspalierError('scenario', `connection ${connection.name}: ${problem.field} ${problem.message}`, { host });
  }
  const known = local.peerSelectors === undefined ? remote : { ...remote, selectors: local.peerSelectors };
  return { connection: own, local, remote: known } as View;
}

/** A view for each Child SA of the connection: itself, and one for each of the further ones, as if it were a connection of its own. */
export function childViews(view: View): View[] {
  const { furtherChildren = [], ...connection } = view.connection;
  const further = furtherChildren.map(({ name, selectors, ...child }): View => {
    const own = { ...connection, name, child: { ...connection.child, ...child } };
    const end = (one: End): End => ({ ...one, selectors: selectors[one.host] ?? [] });
    return { ...view, connection: own, local: end(view.local), remote: end(view.remote), childOf: connection.name };
  });
  return [view, ...further];
}

function withOwn({ ike, child, ...connection }: Connection, local: End): Connection {
  const { ike: ownIke, child: ownChild, ...own } = local.own ?? {};
  return {
    ...connection,
    ...own,
    ...((ike || ownIke) && { ike: { ...ike, ...ownIke } }),
    ...((child || ownChild) && { child: { ...child, ...ownChild } }),
  };
}
