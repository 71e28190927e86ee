/** A server that an end asks about peers which authenticate themselves by EAP (RFC 2865, RFC 3579). */
export interface RadiusServer {
  /** Its address. */
  readonly server: string;
  /** What it and the end share: printable ASCII without quotes and backslashes. */
  readonly secret: string;
  /** Of UDP. Default: 1812. */
  readonly port?: number;
  /** Its name in its own certificate, which a peer compares that uses EAP-TLS. */
  readonly identity?: string;
}

/** The port of UDP where a server answers that names none (RFC 2865, 3). */
export const radiusPort = 1812;
