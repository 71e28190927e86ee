import type { RadiusServer } from '../../connection/radius.ts';
import type { View } from '../../connection/view.ts';
import type { Stack } from '../../model/stacks.ts';
import type { ConfigFile } from '../daemon.ts';
import { quote, type Section, settings } from './settings-file.ts';

/** The stacks that charon can have. */
type OwnStack = Exclude<Stack, 'tunip'>;

/** A table by stack. Who asks for one that charon cannot have is refused elsewhere. */
export function byStack<T>(table: Readonly<Record<OwnStack, T>>, stack: Stack): T {
  return table[stack === 'tunip' ? 'xfrm' : stack];
}

/** Where charon logs. */
export const charonLog = '/var/log/charon.log';

/** Where libipsec says what it does to its SAs and policies; the evidence of a host that has no others. */
export const stackLog = '/var/log/libipsec.log';

/**
 * strongswan.conf(5). Random numbers come from the kernel, which has them from the seed; the processor's own would not repeat. OCSP
 * is asked or not by the daemon as a whole.
 */
export function strongswanConf(views: readonly View[], stack: Stack): ConfigFile {
  const silent = views.some(({ connection }) => connection.ocsp === false);
  const hasVti = views.some(({ local }) => local.interface?.kind === 'vti');
  const aggressive = views.some(({ connection }) => connection.ikev1 === 'aggressive');
  const { path, loading, filelog, plugins } = byStack(stackSettings, stack);
  const [radius] = views.flatMap(({ local }) => local.radius ?? []);
  const charon: Section = {
    ...loading,
    // Its own would lead past the VTI, without a mark, and so in clear.
    install_routes: hasVti ? 'no' : undefined,
    // The hash of the secret is there for everybody to see and to guess at, in this exchange.
    i_dont_care_about_security_and_use_aggressive_mode_psk: aggressive ? 'yes' : undefined,
    filelog: {
      espalier: { path: charonLog, default: 1, ike_name: 'yes', flush_line: 'yes' },
      ...filelog,
    },
    syslog: { daemon: { default: -1 }, auth: { default: -1 } },
    plugins: {
      ...plugins,
      // It repeats what hosts say to multicast groups into every SA with a mark, and two that do so never end.
      forecast: hasVti ? { load: 'no' } : undefined,
      revocation: silent ? { enable_ocsp: 'no' } : undefined,
      'eap-radius': radius && { servers: { espalier: radiusServer(radius) } },
    },
  };
  return { path, mode: 0o644, content: settings({ charon }) };
}

/** Of the plugin `eap-radius`, which asks its servers about all peers. */
function radiusServer({ server, secret, port }: RadiusServer): Section {
  return { address: server, secret: quote(secret), auth_port: port };
}

/** What differs by the stack. */
interface StackSettings {
  readonly path: string;
  readonly loading: Section;
  readonly filelog?: Section;
  readonly plugins: Section;
}

/** The plugins of a package, each with its own file. */
const packaged: Section = { include: 'strongswan.d/charon/*.conf', rdrand: { load: 'no' } };

/** Marks of charon's own packets, which its routes to the TUN device let pass. */
const ownPackets = 0x42;

const stackSettings: Readonly<Record<OwnStack, StackSettings>> = {
  xfrm: { path: '/etc/strongswan.conf', loading: { load_modular: 'yes' }, plugins: packaged },
  libipsec: {
    path: '/etc/strongswan.conf',
    loading: { load_modular: 'yes' },
    // SAs and policies as they come and go, with the keys; the messages say who began an exchange.
    filelog: {
      stack: {
        path: stackLog,
        default: -1,
        dmn: 1,
        enc: 1,
        chd: 4,
        esp: 2,
        time_format: '%s',
        // Microseconds from 6.0 on, milliseconds before.
        time_precision: 'us',
        time_add_ms: 'yes',
        flush_line: 'yes',
      },
    },
    plugins: {
      ...packaged,
      // Routes lead to the TUN device, to the peer itself too where the tunnel is for it; charon's own packets must pass them.
      'kernel-libipsec': { load: 'yes', allow_peer_ts: 'yes' },
      'kernel-netlink': { fwmark: `!0x${ownPackets.toString(16)}` },
      'socket-default': { fwmark: `0x${ownPackets.toString(16)}` },
    },
  },
  // The image is built as strongSwan's own suite wants it: with plugins that nobody configures here, and this file's name.
  pfkey: {
    path: '/etc/strongswan.conf.testing',
    loading: {
      load: [
        'random nonce openssl pem pkcs1 pkcs8 x509 revocation constraints pubkey cmac xcbc ml md4',
        'eap-identity eap-md5 eap-mschapv2 eap-radius eap-tls kernel-pfkey kernel-netlink socket-default vici updown',
      ].join(' '),
    },
    plugins: {},
  },
};
