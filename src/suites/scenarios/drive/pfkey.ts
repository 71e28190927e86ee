import { EspalierError } from '../../../base/errors.ts';
import { readSa } from '../../../evidence/pfkey/extensions.ts';
import { type PfKeyMessage, readMessage } from '../../../evidence/pfkey/message.ts';
import type { Origin } from '../../../model/scenario.ts';
import { callerOrigin } from '../api/origin.ts';
import type { PfKey, PfKeyAnswer } from '../api/pfkey.ts';
import { pfKey } from '../api/pfkey-messages.ts';
import type { Expecting, Xfrm } from '../api/xfrm.ts';
import { answerOf, checkAnswer, type KernelInputs } from './kernel-answers.ts';

/** socket(AF_KEY, SOCK_RAW, PF_KEY_V2). */
const socket = 'socket(S,15,3,2) or die "PF_KEY: $!\\n";';

/** Sends a message and prints what send(2) said, then what there is to receive, a line each (MSG_DONTWAIT): the kernel answers before send(2) ends. */
const requestProgram = `${socket} print defined(send(S,pack("H*",shift),0))?0:$!+0,"\\n"; print unpack("H*",$r),"\\n" while defined recv(S,$r,65536,64)`;

/** Sends messages and goes on writing what is received to a file. */
const listenProgram = `${socket} open(F,">",shift); select F; $|=1; send(S,pack("H*",$_),0) or die "send: $!" for @ARGV; print unpack("H*",$r),"\\n" while defined recv(S,$r,65536,0)`;

/** Where what `listen` hears is kept. */
const heardFile = '/run/espalier-pfkey';

/** IPsec of a host's kernel, as its scenario asks for it by PF_KEY. What the tables hold is read as by netlink. */
export function pfKeyOf(inputs: KernelInputs, xfrm: Xfrm): PfKey {
  const { host, stepper } = inputs;
  const asking = askerOf(inputs);
  return {
    state: {
      add: async (sa, options) => void (await asking('SADB_ADD', pfKey.addSa(sa), options)),
      update: async (sa, options) => void (await asking('SADB_UPDATE', pfKey.updateSa(sa), options)),
      get: async (id, options) => void (await asking('SADB_GET', pfKey.getSa(id), options)),
      delete: async (id, options) => void (await asking('SADB_DELETE', pfKey.deleteSa(id), options)),
      flush: async (protocol, options) => void (await asking('SADB_FLUSH', pfKey.flushSas(protocol), options)),
      allocSpi: async (sa, options) => spiOf(await asking('SADB_GETSPI', pfKey.allocSpi(sa), options)),
      list: xfrm.state.list,
    },
    policy: {
      add: async (policy, options) => void (await asking('SADB_X_SPDADD', pfKey.addPolicy(policy), options)),
      update: async (policy, options) => void (await asking('SADB_X_SPDUPDATE', pfKey.updatePolicy(policy), options)),
      delete: async (id, options) => void (await asking('SADB_X_SPDDELETE', pfKey.deletePolicy(id), options)),
      flush: async (options) => void (await asking('SADB_X_SPDFLUSH', pfKey.flushPolicies(), options)),
      list: xfrm.policy.list,
    },
    request: (message) => {
      const origin = callerOrigin();
      return stepper.called(origin, () => request(inputs, message, origin));
    },
    listen: () => {
      const origin = callerOrigin();
      return stepper.called(origin, () => listen(inputs, origin));
    },
    heard: () => {
      const origin = callerOrigin();
      return stepper.called(origin, async () => {
        const { stdout } = await stepper.must({ host, line: `cat ${heardFile}`, origin });
        return messagesOf(stdout.trim().split('\n'), { ...origin, host });
      });
    },
  };
}

const withoutPfKey = "the host's kernel has no PF_KEY (CONFIG_NET_KEY), which flavour: 'netkey' asks for";

/** Registers, and goes on when the kernel has answered: it tries all its algorithms first, for which some wait. */
async function listen(inputs: KernelInputs, origin: Origin): Promise<void> {
  const messages = (['esp', 'ah', 'ipcomp'] as const).map((protocol) => pfKey.register(protocol));
  await request(inputs, pfKey.register('esp'), origin);
  const words = messages.map((message) => message.toString('hex')).join(' ');
  const isReady = `test "$(grep -c . ${heardFile})" -ge ${messages.length}`;
  const line = `(perl -e '${listenProgram}' ${heardFile} ${words} &); for n in $(seq 100); do ${isReady} && break; sleep 0.1; done; ${isReady}`;
  await inputs.stepper.must({ host: inputs.host, line, origin }, 'the kernel did not answer SADB_REGISTER within 10 s');
}

type Asker = (what: string, message: Uint8Array, options?: Expecting) => Promise<PfKeyAnswer | undefined>;

function askerOf(inputs: KernelInputs): Asker {
  return (what, message, options = {}) => {
    const origin = callerOrigin();
    return inputs.stepper.called(origin, async () => {
      let last: PfKeyAnswer | undefined;
      await checkAnswer(inputs, { what, options, origin }, async () => {
        last = await request(inputs, message, origin);
        return answerOf(last.errno);
      });
      return last;
    });
  };
}

async function request({ host, stepper }: KernelInputs, message: Uint8Array, origin: Origin): Promise<PfKeyAnswer> {
  const line = `perl -e '${requestProgram}' ${Buffer.from(message).toString('hex')}`;
  const { stdout } = await stepper.must({ host, line, origin }, withoutPfKey);
  const [sent = '', ...received] = stdout.trim().split('\n');
  const place = { ...origin, host };
  if (!/^\d+$/.test(sent))
    throw new EspalierError('guest', 'nothing says what send(2) answered', { ...place, output: stdout });
  const messages = messagesOf(received, place);
  // RFC 2367, 3: whoever asks gets an answer, whatever it is.
  if (sent === '0' && messages.length === 0)
    throw new EspalierError('guest', 'the kernel answered no message of PF_KEY', place);
  return { errno: Number(sent) || (messages.find(({ errno }) => errno > 0)?.errno ?? 0), messages };
}

/** Raises `guest` for octets that are no message: the kernel wrote them. */
function messagesOf(lines: readonly string[], place: Origin & { readonly host: string }): PfKeyMessage[] {
  return lines.map((line) => {
    const message = readMessage(Buffer.from(line.trim(), 'hex'));
    if (message === undefined) throw new EspalierError('guest', `the kernel sent no message of PF_KEY: ${line}`, place);
    return message;
  });
}

function spiOf(answer: PfKeyAnswer | undefined): number {
  const sa = answer?.messages.find(({ type }) => type === 'getspi')?.extensions.get('sa');
  return sa === undefined ? 0 : readSa(sa).spi;
}
