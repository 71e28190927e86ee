import { closeSync, constants, openSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { until } from '../../../base/deadline.ts';
import { LengthFrames } from './length-frames.ts';
import { frameHead, type Links } from './links.ts';
import type { LabScore, MachineWires } from './messages.ts';

/** So many looks without a byte: what a machine sent before its last word has arrived. */
const calmLooks = 3;

/** Machines listen there for changes of the lab's time (guest/machine-clock.c). */
const timeSocket = 'time.socket';

type PluggedPort = ReturnType<Links['plug']>;

/** Who takes what comes. */
export interface SocketEvents {
  readonly agent: (host: string, socket: Socket, bytes: Buffer) => void;
  readonly console: (host: string, socket: Socket, bytes: Buffer) => void;
  readonly plug: (machine: MachineWires, index: number, socket: Socket) => PluggedPort;
  readonly frame: (port: PluggedPort, frame: Buffer) => void;
}

/** The sockets of a lab; leaving their scope closes them. */
export interface LabSockets extends Disposable {
  readonly listening: Promise<unknown>;
  /** How often bytes came so far. */
  readonly taken: () => number;
  /** Has machines look at the lab's time again. */
  wake(): void;
  /** Resolves when what machines had sent has been taken. */
  drained(): Promise<void>;
}

/**
 * Listens for the machines. A socket's name may have 107 bytes, and a folder any length: it is named by an open handle.
 */
export function listenAll(
  { sockets, machines }: Pick<LabScore, 'sockets' | 'machines'>,
  events: SocketEvents,
): LabSockets {
  const folder = openSync(sockets, constants.O_RDONLY | constants.O_DIRECTORY);
  const servers: Server[] = [];
  const open = new Set<Socket>();
  let taken = 0;
  const clocks = new Set<Socket>();
  const listen = (name: string, connected: (socket: Socket) => (bytes: Buffer) => void): void => {
    const server = createServer((socket) => {
      open.add(socket);
      const take = connected(socket);
      socket.on('data', (bytes: Buffer) => {
        taken += 1;
        take(bytes);
      });
      // A machine that ends resets its sockets; its process says how it ended.
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    });
    servers.push(server.listen(`/proc/self/fd/${folder}/${name}`));
  };
  listen(timeSocket, (socket) => {
    clocks.add(socket);
    socket.once('close', () => clocks.delete(socket));
    return () => {};
  });
  for (const machine of machines) {
    const { name, speaks, consoleSocket, nics } = machine;
    if (speaks.by === 'agent') listen(speaks.socket, (socket) => (bytes) => events.agent(name, socket, bytes));
    listen(consoleSocket, (socket) => (bytes) => events.console(name, socket, bytes));
    for (const [index, nic] of nics.entries()) {
      listen(nic.socket, (socket) => {
        const port = events.plug(machine, index, socket);
        const frames = new LengthFrames(frameHead, (head) => head.readUInt32BE(0));
        return (bytes) => frames.push(bytes, (_head, frame) => events.frame(port, frame));
      });
    }
  }
  return {
    listening: Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve)))),
    taken: () => taken,
    wake() {
      for (const socket of clocks) socket.write('.');
    },
    async drained() {
      let before = -1;
      let calm = 0;
      const isCalm = (): boolean => {
        calm = taken === before ? calm + 1 : 0;
        before = taken;
        return calm > calmLooks;
      };
      // Who still sends after the lab's end is not waited for any longer.
      await until(isCalm, { what: 'machines to fall silent', timeoutMs: 1000, intervalMs: 2 }).catch(() => {});
    },
    [Symbol.dispose]() {
      for (const server of servers) server.close();
      for (const socket of open) socket.destroy();
      closeSync(folder);
    },
  };
}
