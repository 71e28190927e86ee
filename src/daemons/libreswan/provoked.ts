/** Impairments by which every exchange still comes to its end; `none` takes all back. */
const harmless = [
  'none',
  'allow[-_]null[-_]none',
  'emitting',
  'event[-_]check[-_]crls',
  'force[-_]v2[-_]auth[-_]method',
  'helper[-_]thread[-_]delay',
  'ignore[-_]soft[-_]expire',
  'lifetime',
  'proposal[-_]parser',
  'revival',
  'send[-_]keepalive',
  'send[-_]pkcs7[-_]thingie',
  'suppress[-_]retransmits',
  'tcp[-_]use[-_]blocking[-_]write',
  'timeout[-_]on[-_]retransmit',
  'trigger\\w*',
];

const option = /--(?:no-)?impair[ =]([\w-]+)/;

/** `whack --impair`, which makes pluto lose, repeat or spoil its messages, or not install what it agreed on, until it is told otherwise. */
export const impairment = {
  by: new RegExp(`--impair[ =](?!(?:${harmless.join('|')})\\b)(?!\\S*:no\\b)`),
  undoneBy: [{ line: /--impair[ =]none\b/ }, { line: /--no-impair[ =]|--impair[ =]\S+:no\b/, same: [option] }],
};

/** Lines that start pluto. */
export const startedBy =
  /\bipsec (?:start|restart|setup(?! stop\b)|pluto)\b|\/pluto\b|\bsystemctl (?!.*\b(?:stop|kill)\b).*\bipsec\b/;

/** Lines that end pluto, or start it anew; a script of its suite starts it, brings a connection up and ends it. */
export const endedBy =
  /\bipsec (?:(?:setup|_stackmanager) )?(?:stop|restart)\b|\bwhack\b.* --shutdown\b|(?:^|\/)pluto-up-down\.sh\b/;
