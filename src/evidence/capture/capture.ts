/** What a pcapng file holds (draft-ietf-opsawg-pcapng); the numbers of its blocks and options. */

export const blockType = {
  section: 0x0a0d0d0a,
  interface: 1,
  simplePacket: 3,
  enhancedPacket: 6,
  secrets: 10,
} as const;

export const byteOrderMagic = 0x1a2b3c4d;

export const optionCode = {
  end: 0,
  comment: 1,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceTimeResolution: 9,
  interfaceTimeOffset: 14,
  sectionApplication: 4,
} as const;

/** LINKTYPE_ETHERNET. */
export const linkTypeEthernet = 1;

/** Kinds of secrets that readers of pcapng know; there is none for ESP or IKE. */
export const secretsType = { tlsKeyLog: 0x544c534b, sshKeyLog: 0x5353484b, wireguardKeyLog: 0x57474b4c } as const;

/** Where packets were taken. In Espalier's own files there is one, named after its link. */
export interface CaptureInterface {
  readonly name?: string;
  readonly description?: string;
  /** LINKTYPE_* of tcpdump.org; 1 is Ethernet. */
  readonly linkType: number;
  /** Frames were cut to this many bytes; 0: never. */
  readonly snapLength: number;
  readonly comments: readonly string[];
}

export interface CapturedPacket {
  /** Virtual nanoseconds since 1970; 0 for a simple packet block, which has none. */
  readonly time: bigint;
  /** What was kept of the frame. A view into the file, not a copy. */
  readonly frame: Uint8Array;
  /** Size of the frame on the link in bytes; more than `frame` has where it was cut. */
  readonly length: number;
  /** Index into `interfaces` of the capture, counted over all sections. */
  readonly interface: number;
  readonly comments?: readonly string[];
}

/** A decryption secrets block. */
export interface CaptureSecrets {
  /** See `secretsType`. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Why not everything of a file could be read. All packets before are whole. */
export interface CaptureDamage {
  /** `torn`: ends inside of a block. `foreign`: no pcapng. `corrupt`: a block contradicts itself. */
  readonly kind: 'torn' | 'foreign' | 'corrupt';
  /** Byte offset of the block that was not understood. */
  readonly offset: number;
  readonly message: string;
}

export interface Capture {
  readonly interfaces: readonly CaptureInterface[];
  /** In the order of the file. */
  readonly packets: readonly CapturedPacket[];
  /** Comments of the section headers. */
  readonly comments: readonly string[];
  readonly secrets: readonly CaptureSecrets[];
  readonly damage?: CaptureDamage;
}
