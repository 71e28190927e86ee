import { EspalierError } from '../base/errors.ts';
import { type View, viewFrom } from './connection.ts';
import type { ConfigFile, Configuration, DaemonVersion } from './files.ts';
import { limitsOf } from './limits.ts';
import { renderLibreswan } from './render/libreswan.ts';
import { renderOpeniked } from './render/openiked.ts';
import { renderStrongswan } from './render/strongswan.ts';
import { problemsOf } from './validate.ts';

/** A host, its daemon, and what that is configured with. */
export interface RenderOrder extends Configuration {
  readonly host: string;
  readonly daemon: DaemonVersion;
}

/**
 * The files of one host's daemon. Throws a `scenario` error that names the connection and the field where a connection is
 * wrong, has no end on this host, or asks for what the daemon cannot do. Equal input gives equal files.
 */
export function render(order: RenderOrder): ConfigFile[] {
  const views = viewsOf(order);
  const byHand = order.files ?? [];
  const replaced = new Set(byHand.map(({ path }) => path));
  const rendered = views.length === 0 ? [] : filesOf(views, order.daemon);
  return [...rendered.filter(({ path }) => !replaced.has(path)), ...byHand];
}

/** The connections of a host as it sees them. Throws as `render` does. */
export function viewsOf({ host, daemon, connections = [] }: RenderOrder): View[] {
  return connections.map((connection) => {
    const [problem] = problemsOf(connection);
    if (problem !== undefined) fail(`connection ${connection.name}: ${problem.field} ${problem.message}`, host);
    const view = viewFrom(connection, host);
    if (view === undefined) fail(`connection ${connection.name} has no end on this host`, host);
    const [limit] = limitsOf(view, daemon);
    const who = `${daemon.implementation} ${daemon.version}`;
    if (limit !== undefined) fail(`connection ${connection.name}: ${who}: ${limit.reason} (${limit.source})`, host);
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
