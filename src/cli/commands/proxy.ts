import { once } from 'node:events';
import { SessionError } from '../../contract/session-error.ts';
import { withSparkProxy, type ProxyFlags } from '../spark-proxy.ts';
import { note, printAsIs, printJson, type CommandContext } from '../terminal.ts';

/** A session that nobody calls costs money: it ends after this time, milliseconds. */
const LINGER_MS = 15 * 60_000;

/** Runs a proxy for Spark clients until SIGTERM or Ctrl-C, and writes how they reach it. */
export async function runProxy(context: CommandContext, options: ProxyFlags): Promise<void> {
  const { terminal, json } = context;
  assertCompatible(options);
  const linger = options.linger ?? (options.keep === true ? undefined : LINGER_MS);
  const flags = { ...options, ...(linger !== undefined && { linger }), defaultName: 'anysession proxy' };
  await withSparkProxy(context, flags, async ({ proxy, sessions }) => {
    const { url, host, port, key } = proxy;
    await (json
      ? printJson(terminal, { url, host, port, key, pid: process.pid })
      : printAsIs(terminal, `export SPARK_REMOTE='${url}'\n`));
    note(
      terminal,
      `Paste the line into the shell of a client. ${sessions.environment}: sessions start at the first call.`,
    );
    if (!terminal.signal.aborted) await once(terminal.signal, 'abort');
  });
}

/** Options that contradict each other: what is kept does not end after a while, and one session is not one for each, nor replaced. */
const CLASHES = [
  ['keep', 'linger'],
  ['session', 'per'],
  ['session', 'onLost'],
] as const satisfies readonly (readonly (keyof ProxyFlags)[])[];

function assertCompatible(options: ProxyFlags): void {
  const clash = CLASHES.find((names) => names.every((name) => options[name] !== undefined));
  if (clash === undefined) return;
  const [one, other] = clash.map((name) => `--${name.replace('onLost', 'on-lost')}`);
  throw new SessionError('invalid-request', `${one} and ${other} contradict each other: remove one of the two`, {
    operation: 'proxy',
  });
}
