import { EspalierError } from '../base/errors.ts';
import { type View, viewFrom } from '../connection/connection.ts';
import type { ConfigFile, Configuration, DaemonVersion } from '../connection/files.ts';
import { problemsOf } from '../connection/validate.ts';
import { renderLibreswan } from './libreswan/render.ts';
import { limitsOf } from './limits.ts';
import { renderOpeniked } from './openiked/render.ts';
import { renderStrongswan } from './strongswan/render.ts';

/** A host, its daemon, and what that is configured with. */
export interface RenderOrder extends Configuration {
  readonly host: string;
  readonly daemon: DaemonVersion;
  /** Write what the daemon cannot do too. */
  readonly tried?: boolean;
}

/**
 * The files of one host's daemon. Throws a `scenario` error that names the connection and the field where a connection is
 * wrong, has no end on this host, or asks for what the daemon cannot do. Equal input gives equal files.
 */
export function render(order: RenderOrder): ConfigFile[] {
  const views = viewsOf(order);
  const limit = order.tried ? undefined : limitIn(order);
  if (limit !== undefined) fail(limit, order.host);
  const byHand = order.files ?? [];
  const replaced = new Set(byHand.map(({ path }) => path));
  const rendered = views.length === 0 ? [] : filesOf(views, order.daemon);
  return [...rendered.filter(({ path }) => !replaced.has(path)), ...byHand];
}

/** What the daemon cannot do of its connections, for people; the first there is. */
export function limitIn(order: RenderOrder): string | undefined {
  const { daemon } = order;
  for (const view of viewsOf(order)) {
    const [limit] = limitsOf(view, daemon);
    if (limit === undefined) continue;
    return `connection ${view.connection.name}: ${daemon.implementation} ${daemon.version}: ${limit.reason} (${limit.source})`;
  }
  return undefined;
}

/** The connections of a host as it sees them. Throws where one is wrong or has no end on the host. */
export function viewsOf({ host, connections = [] }: RenderOrder): View[] {
  return connections.map((connection) => {
    const view = viewFrom(connection, host);
    if (view === undefined) fail(`connection ${connection.name} has no end on this host`, host);
    const [problem] = problemsOf(view.connection);
    if (problem !== undefined) fail(`connection ${connection.name}: ${problem.field} ${problem.message}`, host);
    return view;
  });
}

function fail(message: string, host: string): never {
  throw new EspalierError('scenario', message, { host });
}

function filesOf(views: readonly View[], { implementation, version }: DaemonVersion): ConfigFile[] {
  if (implementation === 'libreswan') return renderLibreswan(views, version);
  return implementation === 'strongswan' ? renderStrongswan(views) : renderOpeniked(views);
}
