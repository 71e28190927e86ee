import { inOrder } from '../dialogue.ts';
import type { HostSystem } from './profile.ts';

const minute = 60;

/** U-Boot: a boot loader with an IPv4 stack, ARP, ICMP echo and TFTP of its own. It has one card, and IPv4 alone. */
export const uBoot: HostSystem = {
  name: 'u-boot',
  memory: 128,
  firmware: {
    file: '/usr/lib/u-boot/qemu-x86/u-boot.rom',
    package: 'u-boot-qemu',
    machine: 'pc',
    card: 'e1000',
  },
  host: {
    boots: 3,
    spins: true,
    login: {
      parts: inOrder(
        { name: 'countdown', waitFor: 'Hit any key to stop autoboot', send: ' ', within: minute },
        { name: 'prompt', waitFor: '=> ', atEnd: true, within: minute },
      ),
      failures: [{ text: 'No ethernet found', means: 'it knows no driver for its network card' }],
      off: minute,
    },
    shell: { prompt: '=> ', status: 'echo $?' },
    nic: 'eth{index}',
    address: 'setenv ipaddr {ip}; setenv netmask {netmask}',
    route: 'setenv gatewayip {via}',
    tables: [],
  },
};
