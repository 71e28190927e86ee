import { Authority, linux, pkcs12, scenario } from 'espalier';

const above = new Authority({ subject: 'CN=Root' }).intermediate({ subject: 'CN=Above' });
const keys = ['rsa-2048', 'ecdsa-p256'] as const;
const names = keys.map((key) => `${key}.test`);
const files = Object.fromEntries(
  keys.map((key, at) => [
    `/root/${names[at]}.p12`,
    pkcs12(above.issue({ subject: `CN=${names[at]}`, key }), { name: names[at] ?? '' }),
  ]),
);

const database = 'sql:/root/nss';

// What libreswan's hosts do, for any program that has its keys in such a database.
scenario(
  'an NSS database is made of PKCS#12 files',
  { hosts: { host: linux({ files }) }, links: { lan: ['host'] } },
  async ({ hosts: { host } }) => {
    await host.exec(`mkdir /root/nss && certutil -N --empty-password -d ${database}`);
    for (const name of names) await host.exec(`pk12util -i /root/${name}.p12 -W espalier -d ${database}`);
    const listed = `${(await host.exec(`certutil -L -d ${database}`)).stdout}${(await host.exec(`certutil -K -d ${database}`)).stdout}`;
    const wanted = [
      ...names.map((name) => new RegExp(`^${name} +u,u,u`, 'm')),
      /^Above /m,
      /^< 0> rsa /m,
      /^< 1> ec /m,
    ];
    const missing = wanted.filter((one) => !one.test(listed));
    if (missing.length > 0) throw new RangeError(`${missing.join(', ')} not in\n${listed}`);
  },
);
