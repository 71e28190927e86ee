import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';

import { EspalierError } from '../../base/errors.ts';

/**
 * Connections of HTTPS. With a fingerprint the farm's certificate has to be exactly that one, whoever signed it; without one the
 * system's authorities decide.
 */
export class PinnedAgent extends Agent {
  readonly #fingerprint: string | undefined;

  constructor(fingerprint: string | undefined) {
    super({ keepAlive: true });
    this.#fingerprint = fingerprint;
  }

  override createConnection(
    options: AgentOptions,
    created?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const wanted = this.#fingerprint;
    if (wanted === undefined) return super.createConnection(options, created);
    const socket = connect({ ...(options as ConnectionOptions), rejectUnauthorized: false });
    socket.once('error', (error) => created?.(error, socket));
    socket.once('secureConnect', () => {
      const found = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (found === wanted) return created?.(null, socket);
      socket.destroy(otherCertificate(found));
    });
    return undefined;
  }
}

function otherCertificate(found: string | undefined): EspalierError {
  const message = `the farm's certificate has the fingerprint ${found ?? 'none'}, not the one in its address`;
  return new EspalierError('infrastructure', message, {
    remedy: 'copy the address anew from `espalier farm start`; if it is the same, somebody stands in between',
  });
}
