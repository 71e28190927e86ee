import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../src/base/errors.ts';
import { psk } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { daemons, findDaemon } from '../../../src/daemons/table.ts';
import { full, insideTls, least, password, rawKeys } from '../connection/samples.ts';

const libreswan = findDaemon('libreswan', '5.2');
const strongswan = findDaemon('strongswan', '6.1.0');
const openiked = findDaemon('openiked', '7.4');

function filesOf(connection: Connection, { slice, version, stack } = libreswan, host = 'west'): Record<string, string> {
  const files = slice.render([viewOf(connection, host)], version, stack);
  return Object.fromEntries(files.map(({ path, mode, content }) => [`${path} ${mode.toString(8)}`, content]));
}

test('libreswan gets ipsec.conf and ipsec.secrets', () => {
  assert.deepEqual(filesOf(full, libreswan), {
    '/etc/ipsec.conf 644': `config setup
\tlogfile=/var/log/pluto.log
\tlogtime=no
\tlogappend=no

conn net
\tleft=192.1.2.45
\tleftid=@west.test
\tleftsubnet=192.0.1.0/24,192.0.11.0/24/udp/53
\tright=192.1.2.23
\trightid=admin@east.test
\trightsubnet=192.0.2.0/24/udp
\tauthby=secret
\tauto=start
\ttype=tunnel
\tike=aes256+aes128-sha2_256;dh19+dh14,aes_gcm256-sha2_512;dh31
\tesp=aes256-sha2_512;dh19
\tpfs=yes
\tesn=no
\tikelifetime=3600s
\tsalifetime=1200s
\tencapsulation=auto
\tmobike=no
\tfragmentation=yes
\tdpddelay=30
`,
    '/etc/ipsec.secrets 600': '@west.test admin@east.test : PSK "a shared secret"\n',
  });
});

test('strongSwan gets strongswan.conf and swanctl.conf', () => {
  const files = filesOf(full, strongswan);
  assert.deepEqual(Object.keys(files), ['/etc/strongswan.conf 644', '/etc/swanctl/swanctl.conf 600']);
  assert.equal(
    files['/etc/swanctl/swanctl.conf 600'],
    `connections {
    net {
        version = 2
        local_addrs = 192.1.2.45
        remote_addrs = 192.1.2.23
        proposals = aes256-aes128-sha256-prfsha256-ecp256-modp2048, aes256gcm16-prfsha512-curve25519
        rekey_time = 3240s
        over_time = 360s
        encap = no
        mobike = no
        fragmentation = yes
        dpd_delay = 30s
        local {
            auth = psk
            id = "west.test"
        }
        remote {
            auth = psk
            id = "admin@east.test"
        }
        children {
            net {
                mode = tunnel
                local_ts = 192.0.1.0/24, 192.0.11.0/24[udp/53]
                remote_ts = 192.0.2.0/24[udp]
                esp_proposals = aes256-sha512-ecp256-noesn
                life_time = 1200s
                start_action = start
                dpd_action = restart
            }
        }
    }
}
secrets {
    ike-net {
        id-local = "west.test"
        id-remote = "admin@east.test"
        secret = "a shared secret"
    }
}
`,
  );
});

test('OpenIKED gets iked.conf, which nobody else may read', () => {
  assert.deepEqual(filesOf(full, openiked), {
    '/etc/iked.conf 600': `set fragmentation
set nomobike
set dpd_check_interval 30

ikev2 "net" active tunnel esp \\
\tproto udp \\
\tfrom 192.0.1.0/24 to 192.0.2.0/24 \\
\tfrom 192.0.11.0/24 port 53 to 192.0.2.0/24 \\
\tlocal 192.1.2.45 peer 192.1.2.23 \\
\tikesa enc aes-256 enc aes-128 auth hmac-sha2-256 prf hmac-sha2-256 group ecp256 group modp2048 \\
\tikesa enc aes-256-gcm prf hmac-sha2-512 group curve25519 \\
\tchildsa enc aes-256 auth hmac-sha2-512 group ecp256 noesn \\
\tsrcid west.test \\
\tdstid admin@east.test \\
\tikelifetime 3600 \\
\tlifetime 1200 \\
\tpsk "a shared secret"
`,
  });
});

test('what is left out is left to the daemon', () => {
  assert.equal(
    filesOf(least, libreswan, 'east')['/etc/ipsec.conf 644']?.split('\n\n')[1],
    'conn hosts\n\tleft=2001:db8::2\n\tright=2001:db8::1\n\tauthby=secret\n\tauto=add\n',
  );
  assert.equal(
    filesOf(least, openiked, 'east')['/etc/iked.conf 600'],
    `ikev2 "hosts" active tunnel esp \\
\tfrom 2001:db8::2/128 to 2001:db8::1/128 \\
\tlocal 2001:db8::2 peer 2001:db8::1 \\
\tsrcid 2001:db8::2 \\
\tdstid 2001:db8::1 \\
\tpsk "x"
`,
  );
});

test('before version 5 libreswan is told what happens to a dead peer', () => {
  const [west, east] = full.ends;
  const connection: Connection = {
    ...full,
    ends: [
      { ...west, selectors: ['192.0.1.0/24'] },
      { ...east, selectors: ['192.0.2.0/24'] },
    ],
  };
  const conf = filesOf(connection, findDaemon('libreswan', '4.10'))['/etc/ipsec.conf 644'] ?? '';
  assert.match(conf, /\tdpddelay=30\n\tdpdtimeout=120\n\tdpdaction=restart\n$/);
});

test('an end has settings of its own, which its peer does not see', () => {
  const [west, east] = least.ends;
  const own = { child: { lifetime: 90 }, rekey: { margin: 30 }, encapsulation: 'force' } as const;
  const connection: Connection = { ...least, child: { replayWindow: 64 }, ends: [{ ...west, own }, east] };
  const conf = (host: string): string => filesOf(connection, libreswan, host)['/etc/ipsec.conf 644'] ?? '';
  assert.match(
    conf('west'),
    /\treplay-window=64\n\tsalifetime=90s\n\trekeymargin=30s\n\trekeyfuzz=0%\n\tencapsulation=yes\n$/,
  );
  assert.match(conf('east'), /\tauto=add\n\treplay-window=64\n$/);
});

test('raw keys: the own pair, and the public half of the peer, where each daemon looks for them', () => {
  const westPrivate = '-----BEGIN PRIVATE KEY-----\nwest\nAAAA\n-----END PRIVATE KEY-----\n';
  const westPublic = westPrivate.replaceAll('PRIVATE', 'PUBLIC');
  const eastPublic = westPublic.replace('west', 'east');
  const ipsec = filesOf(rawKeys, libreswan);
  assert.match(
    ipsec['/etc/ipsec.conf 644'] ?? '',
    /\n\tauthby=ecdsa\n\tleftpubkey=westAAAA\n\trightpubkey=eastAAAA\n\tauto=add\n$/,
  );
  assert.equal(ipsec['/etc/ipsec.d/keys/key.pem 600'], westPrivate);
  const {
    '/etc/strongswan.conf 644': _,
    '/etc/swanctl/swanctl.conf 600': swanctl = '',
    ...keys
  } = filesOf(rawKeys, strongswan);
  assert.match(swanctl, /local \{\n +auth = pubkey\n +id = "west.test"\n +pubkeys = keys-local.pem\n/);
  assert.match(swanctl, /remote \{\n +auth = pubkey\n +id = "user@east.test"\n +pubkeys = keys-remote.pem\n/);
  assert.deepEqual(keys, {
    '/etc/swanctl/pubkey/keys-local.pem 644': westPublic,
    '/etc/swanctl/private/keys-local.pem 600': westPrivate,
    '/etc/swanctl/pubkey/keys-remote.pem 644': eastPublic,
  });
  const { '/etc/iked.conf 600': __, ...iked } = filesOf(rawKeys, openiked);
  assert.deepEqual(iked, {
    '/etc/iked/private/local.key 600': westPrivate,
    '/etc/iked/local.pub 644': westPublic,
    '/etc/iked/pubkeys/ufqdn/user@east.test 644': eastPublic,
  });
});

test('EAP-MSCHAPv2: who has the password proves it, and who asks for it has it too', () => {
  const swanctl = (host: string): string => filesOf(password, strongswan, host)['/etc/swanctl/swanctl.conf 600'] ?? '';
  assert.match(swanctl('west'), /local \{\n +auth = eap-mschapv2\n +id = "west.test"\n +eap_id = "wanda"\n +\}/);
  assert.match(swanctl('west'), /remote \{\n +auth = pubkey\n +id = "east.test"\n +\}/);
  assert.match(swanctl('east'), /local \{\n +auth = pubkey\n +id = "east.test"\n +certs = road-local.pem\n +\}/);
  assert.match(swanctl('east'), /remote \{\n +auth = eap-mschapv2\n +id = "west.test"\n +eap_id = %any\n +\}/);
  for (const host of ['west', 'east']) {
    assert.match(swanctl(host), /secrets \{\n +eap-road \{\n +id = "wanda"\n +secret = "sea breeze"\n/);
  }
  assert.match(
    filesOf(password, openiked, 'east')['/etc/iked.conf 600'] ?? '',
    /^user "wanda" "sea breeze"\n\nikev2 "road" (.*\n)*\teap "mschap-v2"\n$/,
  );
});

test('EAP-TLS: a certificate inside, and pluto is told of it at both ends', () => {
  const { '/etc/swanctl/swanctl.conf 600': swanctl = '', ...files } = filesOf(insideTls, strongswan);
  assert.match(swanctl, /local \{\n +auth = eap-tls\n +id = "west.test"\n +certs = road-local.pem\n +\}/);
  assert.deepEqual(Object.keys(files).slice(1), [
    '/etc/swanctl/x509/road-local.pem 644',
    '/etc/swanctl/private/road-local.pem 600',
    '/etc/swanctl/x509ca/road-root.pem 644',
  ]);
  assert.match(
    filesOf(insideTls, findDaemon('libreswan', '4.10'), 'east')['/etc/ipsec.conf 644'] ?? '',
    /\tleftauth=rsasig\n\trightauth=eaponly\n\tleftautheap=tls\n\trightautheap=tls\n\tleftcert=road\n\tleftsendcert=always\n/,
  );
});

test('what is done about revocation is said to each daemon in its words', () => {
  const setup = (own: Connection['ends'][0]['own']): string | undefined => {
    const connection: Connection = { ...least, ends: [{ ...least.ends[0], ...(own && { own }) }, least.ends[1]] };
    return filesOf(connection, libreswan)
      ['/etc/ipsec.conf 644']?.match(/\t(ocsp|crl)\S+/g)
      ?.join('');
  };
  assert.equal(setup({ revocation: 'strict' }), '\tcrl-strict=yes');
  assert.equal(setup({ ocsp: true }), '\tocsp-enable=yes');
  assert.equal(setup({ ocsp: true, revocation: 'strict' }), '\tocsp-enable=yes\tocsp-strict=yes');
  assert.equal(setup({ ocsp: false }), undefined);
  const conf = (ocsp: boolean): string => filesOf({ ...least, ocsp }, strongswan)['/etc/strongswan.conf 644'] ?? '';
  assert.match(conf(false), /revocation \{\n +enable_ocsp = no\n/);
  assert.doesNotMatch(conf(true), /enable_ocsp/);
});

test('hostile texts are refused or stay on their line', () => {
  const lines = new Map(daemons.map((daemon) => [daemon, linesOf(least, daemon)]));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom(...daemons), (identity, secret, daemon) => {
      const [west, east] = least.ends;
      const authentication = psk(secret);
      const connection: Connection = {
        ...least,
        ends: [
          { ...west, identity, authentication },
          { ...east, authentication },
        ],
      };
      try {
        // An identity of its own may take a line.
        assert.ok(linesOf(connection, daemon) <= (lines.get(daemon) ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof EspalierError)) throw error;
      }
    }),
  );
});

function linesOf(connection: Connection, daemon = libreswan): number {
  return Object.values(filesOf(connection, daemon)).join('').split('\n').length;
}

test('strongSwan keeps a secret for the ends’ own addresses, whatever a NAT box shows of them', () => {
  const [west, east] = [
    { host: 'west', address: '10.9.0.2', seenAs: 'any', authentication: psk('secret') },
    { host: 'east', address: '192.0.2.2', authentication: psk('secret') },
  ];
  const connection: Connection = { name: 'home', ends: [west, east] };
  const ids = (host: string) =>
    /id-local = (\S+)\n +id-remote = (\S+)/
      .exec(filesOf(connection, strongswan, host)['/etc/swanctl/swanctl.conf 600'] ?? '')
      ?.slice(1);
  assert.deepEqual(ids('west'), ['"10.9.0.2"', '"192.0.2.2"']);
  assert.deepEqual(ids('east'), ['"192.0.2.2"', '"10.9.0.2"']);
});
