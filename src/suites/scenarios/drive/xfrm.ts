import { EspalierError } from '../../../base/errors.ts';
import type { IpsecPolicy, IpsecSa } from '../../../evidence/ipsec.ts';
import { canonicalAddress, spelledNetwork } from '../../../model/addresses.ts';
import type { Origin } from '../../../model/scenario.ts';
import { callerOrigin } from '../api/origin.ts';
import type { Expecting, Xfrm, XfrmPolicies, XfrmPolicyId, XfrmSaId, XfrmStates } from '../api/xfrm.ts';
import { answerOf, checkAnswer, type KernelAnswer, type KernelInputs } from './kernel-answers.ts';
import type { DoneCommand } from './stepper.ts';
import { lastLine } from './texts.ts';
import { acquireFile } from './xfrm-event-kinds.ts';
import { line, markWords, policyIdWords, policyWords, protocolWord, saIdWords, saWords } from './xfrm-lines.ts';
import { migrateMessage } from './xfrm-messages.ts';

/** One netlink message of XFRM (protocol 6), and the answer in hexadecimal digits. */
const netlinkProgram =
  'socket(S,16,3,6) or die; send(S,pack("H*",shift),0) or die; recv(S,$r,8192,0); print unpack("H*",$r),"\\n"';

/** IPsec of a host's kernel, as its scenario asks for it. */
export function xfrmOf(inputs: KernelInputs): Xfrm {
  return {
    state: statesOf(inputs),
    policy: policiesOf(inputs),
    listen: () => {
      const origin = callerOrigin();
      const command = `(ip xfrm monitor acquire >${acquireFile} 2>&1 &) && sleep 0.1`;
      return inputs.stepper.called(
        origin,
        async () => void (await inputs.stepper.must({ host: inputs.host, line: command, origin })),
      );
    },
    migrate: (move, options = {}) => {
      const origin = callerOrigin();
      return inputs.stepper.called(origin, async () => {
        const look = async (): Promise<KernelAnswer> => answerOf(await send(inputs, migrateMessage(move), origin));
        await checkAnswer(inputs, { what: 'migrate', options, origin }, look);
      });
    },
    request: (message) => {
      const origin = callerOrigin();
      return inputs.stepper.called(origin, () => send(inputs, message, origin));
    },
  };
}

function statesOf(inputs: KernelInputs): XfrmStates {
  const { host, stepper } = inputs;
  const asking = askerOf(inputs);
  const sas = (): readonly IpsecSa[] => stepper.tables(host).sas;
  return {
    add: (sa, options) => asking(`ip xfrm state add ${saWords(sa)}`, options),
    update: (sa, options) => asking(`ip xfrm state update ${saWords(sa)}`, options),
    get: (id, options) => asking(`ip xfrm state get ${saIdWords(id)}`, options, () => sas().find((sa) => isSa(sa, id))),
    delete: (id, options) => asking(`ip xfrm state delete ${saIdWords(id)}`, options),
    deleteAll: ({ source, destination, protocol, reqid, spi, mark } = {}, options = {}) =>
      asking(
        line(
          'ip xfrm state deleteall',
          source && `src ${source}`,
          destination && `dst ${destination}`,
          protocol && `proto ${protocolWord(protocol)}`,
          spi !== undefined && `spi 0x${spi.toString(16)}`,
          reqid !== undefined && `reqid ${reqid}`,
          markWords(mark),
        ),
        options,
      ),
    flush: (protocol, options) =>
      asking(line('ip xfrm state flush', protocol && `proto ${protocolWord(protocol)}`), options),
    allocSpi: ({ least, most, ...sa }, options) => {
      const { source, destination, protocol = 'esp', mode = 'transport', reqid, mark } = sa;
      const words = line(
        `ip xfrm state allocspi src ${source} dst ${destination} proto ${protocolWord(protocol)} mode ${mode}`,
        reqid !== undefined && `reqid ${reqid}`,
        markWords(mark),
        `min 0x${least.toString(16)} max 0x${most.toString(16)}`,
      );
      return asking(words, options, ({ stdout }) => Number(/\bspi (0x[0-9a-f]+)/.exec(stdout)?.[1] ?? 0));
    },
    list: () => looking(inputs, sas),
  };
}

function policiesOf(inputs: KernelInputs): XfrmPolicies {
  const { host, stepper } = inputs;
  const asking = askerOf(inputs);
  const policies = (): readonly IpsecPolicy[] =>
    stepper.tables(host).policies.filter(({ direction }) => !direction.startsWith('socket-'));
  return {
    add: (policy, options) => asking(`ip xfrm policy add ${policyWords(policy)}`, options),
    update: (policy, options) => asking(`ip xfrm policy update ${policyWords(policy)}`, options),
    get: (id, options) =>
      asking(`ip xfrm policy get ${policyIdWords(id)}`, options, () => policies().find((one) => isPolicy(one, id))),
    delete: (id, options) => asking(`ip xfrm policy delete ${policyIdWords(id)}`, options),
    flush: (set, options) => asking(line('ip xfrm policy flush', set && `ptype ${set}`), options),
    setDefault: (actions) =>
      asking(line('ip xfrm policy setdefault', ...Object.entries(actions).map(([dir, action]) => `${dir} ${action}`))),
    setThresholds: ({ v4, v6 }) =>
      asking(line('ip xfrm policy set', v4 && `hthresh4 ${v4.join(' ')}`, v6 && `hthresh6 ${v6.join(' ')}`)),
    list: () => looking(inputs, policies),
  };
}

/** Counters change without an event: a command makes the agent read the tables anew. */
function looking<T>({ host, stepper }: KernelInputs, read: () => T): Promise<T> {
  const origin = callerOrigin();
  return stepper.called(origin, async () => {
    await stepper.type({ host, line: ':', origin, by: 'look' });
    return read();
  });
}

interface Asker {
  (command: string, options?: Expecting): Promise<void>;
  /** `read` is called where the kernel accepted. */
  <T>(command: string, options: Expecting | undefined, read: (done: DoneCommand) => T): Promise<T>;
}

function askerOf(inputs: KernelInputs): Asker {
  return <T>(command: string, options: Expecting = {}, read?: (done: DoneCommand) => T): Promise<T> => {
    const origin = callerOrigin();
    return inputs.stepper.called(origin, async () => {
      let last: DoneCommand | undefined;
      await checkAnswer(inputs, { what: command, options, origin }, async () => {
        last = await inputs.stepper.type({ host: inputs.host, line: command, origin });
        const { status, stdout } = last;
        return { accepted: status === 0, received: status === 0 ? 'accepted' : `refused: ${lastLine(stdout)}`, stdout };
      });
      return last === undefined ? (undefined as T) : (read?.(last) as T);
    });
  };
}

/** The number of the error that the kernel answers. Raises `guest` where no answer can be read. */
async function send({ host, stepper }: KernelInputs, message: Uint8Array, origin: Origin): Promise<number> {
  const command = `perl -e '${netlinkProgram}' ${Buffer.from(message).toString('hex')}`;
  const { stdout } = await stepper.must({ host, line: command, origin });
  const answer = Buffer.from(stdout.trim(), 'hex');
  if (answer.length >= 20 && answer.readUInt16LE(4) === nlmsgError) return Math.abs(answer.readInt32LE(16));
  throw new EspalierError('guest', 'the kernel answered no acknowledgement', { ...origin, host, output: stdout });
}

/** NLMSG_ERROR, which an acknowledgement is too. */
const nlmsgError = 2;

function isSa(sa: IpsecSa, { destination, protocol = 'esp', spi, mark }: XfrmSaId): boolean {
  const isMarked = (sa.mark?.value ?? 0) === (mark?.value ?? 0);
  return sa.spi === spi && sa.protocol === protocol && isMarked && sa.destination === canonicalAddress(destination);
}

function isPolicy(policy: IpsecPolicy, id: XfrmPolicyId): boolean {
  const { source, destination } = policy.selector;
  const isEnd = (end: typeof source, asked: string | undefined): boolean =>
    asked === undefined ? end.prefix === 0 : spelledNetwork(`${end.address}/${end.prefix}`) === spelledNetwork(asked);
  return (
    policy.direction === id.direction &&
    policy.type === (id.set ?? 'main') &&
    (policy.ifId ?? 0) === (id.ifId ?? 0) &&
    (policy.mark?.value ?? 0) === (id.mark?.value ?? 0) &&
    isEnd(source, id.source) &&
    isEnd(destination, id.destination)
  );
}
