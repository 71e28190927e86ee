import { EspalierError } from '../../../base/errors.ts';
import type { Credential } from '../../../connection/authentication.ts';
import { waitFor, waitForEnd } from '../../../daemons/shell.ts';

/** What makes a plain host a RADIUS server (RFC 2865) that authenticates by EAP (RFC 3579): Debian's package freeradius with files of its own. */
export interface RadiusService {
  /** For the `packages` of the host. */
  readonly packages: readonly string[];
  /** For its `files`. */
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode: number }>>;
  /** A line that starts it, and lasts until it answers. */
  readonly start: string;
  /** A line that ends it. */
  readonly stop: string;
  /** Where it says whom it has accepted and refused. */
  readonly log: string;
}

/** Whom a RADIUS server knows. */
export interface RadiusOptions {
  /** What gateways share with it: letters, digits, blanks, `.`, `_` and `-`. */
  readonly secret: string;
  /** For EAP-MSCHAPv2 and EAP-MD5. Names of letters, digits, `.`, `_`, `@` and `-`; passwords of these and blanks. */
  readonly users?: readonly { readonly user: string; readonly password: string }[];
  /** Its certificate, for EAP-TLS with users whose certificates are of the same authority. */
  readonly credential?: Credential;
  /** Of UDP. Default: 1812. */
  readonly port?: number;
}

const folder = '/etc/radius';
const log = '/var/log/radius.log';

/** A RADIUS server for the gateways and users of a scenario. It answers in one thread, which is what repeats. */
export function radiusServer(options: RadiusOptions): RadiusService {
  const { secret, users = [], credential } = options;
  refuse(secret, 'the secret');
  for (const { user, password } of users) {
    refuse(user.replaceAll('@', ''), `the user ${JSON.stringify(user)}`);
    refuse(password, `the password of ${user}`);
  }
  const lines = users.map(({ user, password }) => `"${user}" Cleartext-Password := "${password}"\n`);
  const file = (content: string, mode = 0o600) => ({ content, mode });
  return {
    packages: ['freeradius'],
    files: {
      [`${folder}/radiusd.conf`]: file(configuration(options)),
      [`${folder}/users`]: file(lines.join('')),
      ...(credential && {
        [`${folder}/server.key`]: file(credential.privateKey),
        [`${folder}/server.pem`]: file([credential.certificate, ...credential.intermediates].join('')),
        [`${folder}/ca.pem`]: file(credential.root),
      }),
    },
    start: [
      `( freeradius -d ${folder} -s -l ${log} > /dev/null 2>&1 & )`,
      waitFor(`grep -q 'Ready to process requests' ${log}`, log),
    ].join('; '),
    stop: `kill $(pidof freeradius); ${waitForEnd('freeradius')}`,
    log,
  };
}

/** In the server's files `%`, `$` and quotes have a meaning (unlang(5)). */
function refuse(text: string, what: string): void {
  if (/^[A-Za-z0-9._ -]{1,64}$/.test(text)) return;
  throw new EspalierError(
    'scenario',
    `a RADIUS server: ${what} has other characters than letters, digits, blanks, . _ -`,
  );
}

/** radiusd.conf(5) with all modules in it. */
function configuration({ secret, credential, port = 1812 }: RadiusOptions): string {
  const tls = `
    tls-config common {
      private_key_file = ${folder}/server.key
      certificate_file = ${folder}/server.pem
      ca_file = ${folder}/ca.pem
      cipher_list = "DEFAULT"
      tls_min_version = "1.2"
    }
    tls {
      tls = common
    }`;
  return `prefix = /usr
libdir = /usr/lib/freeradius
logdir = /var/log
run_dir = /run
max_request_time = 30
cleanup_delay = 5
log {
  destination = files
  file = ${log}
  auth = yes
}
security {
  reject_delay = 0
  status_server = no
}
proxy_requests = no
client gateways {
  ipaddr = 0.0.0.0/0
  secret = "${secret}"
  require_message_authenticator = yes
}
client gateways6 {
  ipv6addr = ::/0
  secret = "${secret}"
  require_message_authenticator = yes
}
modules {
  files {
    filename = ${folder}/users
  }
  mschap {
  }
  eap {
    default_eap_type = ${credential === undefined ? 'mschapv2' : 'tls'}
    md5 {
    }
    mschapv2 {
    }${credential === undefined ? '' : tls}
  }
}
server default {
  listen {
    type = auth
    ipaddr = *
    port = ${port}
  }
  listen {
    type = auth
    ipv6addr = ::
    port = ${port}
  }
  authorize {
    eap {
      ok = return
    }
    files
  }
  authenticate {
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
}
`;
}
