import type { LabPlan } from '../../../src/model/scenario.ts';

const origin = { file: '', line: 0 };

/** A small lab that has something of everything a plan can say. */
export const plan: LabPlan = {
  topology: {
    links: [{ name: 'lan' }],
    hosts: [
      {
        name: 'east',
        nics: [
          {
            name: 'eth0',
            link: 'lan',
            mac: '12:00:00:00:00:01',
            addresses: ['192.0.2.1/24', '2001:db8::1/64'],
            altNames: ['enp1s0', 'ens1'],
          },
        ],
        sysctls: [['net/ipv4/ip_forward', '1']],
        routes: [{ to: 'default', via: '192.0.2.254' }],
      },
      {
        name: 'west',
        nics: [{ name: 'eth0', link: 'lan', mac: '12:00:00:00:00:02', addresses: ['192.0.2.2/24'] }],
        sysctls: [],
        routes: [],
      },
    ],
  },
  images: { east: '/images/debian.erofs', west: '/images/debian.erofs' },
  overlays: { east: ['/mine/over.erofs'] },
  sharedTrees: [{ path: '/testing', layers: ['/images/debian.erofs'] }],
  files: [
    { host: '*', path: '/etc/x', mode: 0o644, content: Buffer.from('abc\0') },
    { host: 'east', path: '/root/', mode: 0o700, content: Buffer.alloc(0) },
  ],
  cwd: '/root',
  shellSetup: ['PS1=x'],
  steps: [
    { kind: 'command', host: 'east', line: 'echo one  two', origin },
    { kind: 'comment', host: 'east', line: '# not typed', origin },
    { kind: 'command', host: 'west', line: '', origin },
  ],
  timing: { start: 0n, warmup: 1n, gap: 2n, deadline: 3n },
  collect: ['/var/log/x'],
  memory: 512,
};
