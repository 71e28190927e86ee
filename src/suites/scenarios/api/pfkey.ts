import type { PfKeyMessage } from '../../../evidence/pfkey/message.ts';
import type { PfKeySaType } from '../../../evidence/pfkey/numbers.ts';
import type { PfKeySaRequest } from './pfkey-messages.ts';
import type { Expecting, XfrmPolicies, XfrmSaId, XfrmStates } from './xfrm.ts';

/** What a kernel makes of one message of PF_KEY. */
export interface PfKeyAnswer {
  /** Of the answer, or of sending it where the kernel did not find out whom to answer; 0: accepted. */
  readonly errno: number;
  /** All that the socket received, in order: answers, and what everybody is told. */
  readonly messages: readonly PfKeyMessage[];
}

/** The SAD of a host by PF_KEY: the same calls as by netlink, of what PF_KEY can say. Every call is a message, and a check. */
export interface PfKeyStates extends Pick<XfrmStates, 'list'> {
  add(sa: PfKeySaRequest, options?: Expecting): Promise<void>;
  update(sa: PfKeySaRequest, options?: Expecting): Promise<void>;
  delete(id: XfrmSaId & { readonly source: string }, options?: Expecting): Promise<void>;
  /** Whether the kernel finds it; what it says of it, `request` gives. */
  get(id: XfrmSaId & { readonly source: string }, options?: Expecting): Promise<void>;
  flush(protocol?: PfKeySaType, options?: Expecting): Promise<void>;
  /** Reserves an SPI of a range: the number, or 0 where it was refused, as expected. */
  allocSpi(
    sa: Omit<PfKeySaRequest, 'spi'> & { readonly least: number; readonly most: number },
    options?: Expecting,
  ): Promise<number>;
}

/** IPsec of a host's kernel by PF_KEY version 2 (RFC 2367), with the SPD as KAME and Linux have it. The scenario's flavour has to be `netkey`. */
export interface PfKey {
  readonly state: PfKeyStates;
  readonly policy: Pick<XfrmPolicies, 'add' | 'update' | 'delete' | 'list'> & {
    flush(options?: Expecting): Promise<void>;
  };
  /** Sends one message as it is, by a socket of its own. */
  request(message: Uint8Array): Promise<PfKeyAnswer>;
  /** Makes the host one that has a key manager for ESP, AH and IPComp, which keeps what it is told. */
  listen(): Promise<void>;
  /** What it was told so far. */
  heard(): Promise<readonly PfKeyMessage[]>;
}
