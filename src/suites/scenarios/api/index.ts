/** What scenario files import as `espalier`. */
export {
  type Authentication,
  type Credential,
  certificate,
  eapMd5,
  eapMschapv2,
  eapTls,
  type KeyPair,
  psk,
  rawKey,
} from '../../../connection/authentication.ts';
export type { AddressKind, Assignment, XauthUser } from '../../../connection/configuration.ts';
export type { PostquantumPreSharedKey, TunnelInterface } from '../../../connection/connection.ts';
export type { PlainPolicy } from '../../../connection/policies.ts';
export type { RadiusServer } from '../../../connection/radius.ts';
export type { EspProposal, FurtherChild, IkeProposal } from '../../../connection/sas.ts';
/** A constructor for every daemon of the table: `libreswan()` and the like. */
export * from '../../../daemons/all.ts';
export {
  type PfKeyAddress,
  type PfKeyAlgorithm,
  type PfKeyLifetime,
  type PfKeyPolicy,
  type PfKeySa,
  readAddress,
  readKey,
  readLifetime,
  readPolicy,
  readSa,
  readSa2,
  readSupported,
} from '../../../evidence/pfkey/extensions.ts';
export type { PfKeyMessage } from '../../../evidence/pfkey/message.ts';
export { extensionTypes as pfKeyExtensionTypes } from '../../../evidence/pfkey/numbers.ts';
export type { OcspResponder } from '../services/ocsp-responder.ts';
export { type RadiusOptions, type RadiusService, radiusServer } from '../services/radius-server.ts';
export { Authority, type AuthorityOptions, type CertificateOptions, type OcspOptions } from '../x509/authority.ts';
export { type Pkcs12Options, pkcs12 } from '../x509/pkcs12.ts';
export { type KeyType, keyPair } from '../x509/seeded-keys.ts';
export type { Count } from './count.ts';
export type { Duration, Jump } from './duration.ts';
export { expect, type ValueMatchers, type ValueOptions } from './expect.ts';
export { file } from './file.ts';
export {
  type ChangeOptions,
  corrupt,
  delay,
  drop,
  duplicate,
  type FrameAction,
  flip,
  hold,
  overwrite,
  reorder,
  replace,
  truncate,
} from './frame-actions.ts';
export {
  type EspLook,
  esp,
  type FrameMatch,
  type IkeLook,
  type IpLook,
  ike,
  ip,
  type WhichFrames,
} from './frame-matches.ts';
export { framesOf, ipPacket, type PacketSketch } from './frames.ts';
export type {
  Clock,
  CommandResult,
  DaemonControl,
  DaemonHost,
  Direction,
  FrameRule,
  Host,
  InjectOptions,
  Link,
  NatHost,
  Net,
  Rejection,
  World,
} from './handles.ts';
export {
  type DaemonSpec,
  type HostSpec,
  type LinuxSpec,
  linux,
  type NatSpec,
  nat,
  type SystemSpec,
  system,
} from './hosts.ts';
export type { KernelFeature } from './kernel-features.ts';
export type {
  ClearFilter,
  ConnectOptions,
  DeathOptions,
  HowMany,
  Matchers,
  OrderOptions,
  PathOptions,
  ReachOptions,
  RouteOptions,
  RunOptions,
  TranscriptOptions,
  Within,
} from './matchers.ts';
export type { PfKey, PfKeyAnswer, PfKeyStates } from './pfkey.ts';
export { type PfKeySaRequest, pfKey } from './pfkey-messages.ts';
export type { PolicyProperties, SaProperties } from './sa-properties.ts';
export {
  type ConnectionSketch,
  type Definition,
  type EndSketch,
  type LinkSpec,
  scenario,
  type ToleratedFault,
} from './scenario.ts';
export { type SealedAh, type SealedEsp, sealedAh, sealedEsp } from './sealed.ts';
export type {
  Expecting,
  Xfrm,
  XfrmLimits,
  XfrmMigration,
  XfrmPolicies,
  XfrmPolicy,
  XfrmPolicyId,
  XfrmSa,
  XfrmSaId,
  XfrmSaParts,
  XfrmSelector,
  XfrmSighting,
  XfrmSightingKind,
  XfrmStates,
  XfrmTemplate,
} from './xfrm.ts';
