import { SessionError } from '../contract/session-error.ts';
import type { SessionSize } from '../contract/start-request.ts';
import type { Sessions } from '../session/sessions.ts';
import type { StartOptions } from '../session/start-options.ts';

/** The options with which a command starts a session. */
export interface StartFlags {
  readonly key?: string;
  readonly name?: string;
  readonly size?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly restart?: boolean;
  /** How long to wait for a free quota, milliseconds. */
  readonly queue?: number;
  readonly idleTimeout?: number;
  readonly maxLifetime?: number;
  readonly conf?: Readonly<Record<string, string>>;
}

/** The options of a command that works in a session. */
export interface WorkFlags extends StartFlags {
  /** An existing session, which the command leaves running. */
  readonly session?: string;
  readonly keep?: boolean;
  /** What the session may cost while the command holds it, in the currency of the environment's prices. */
  readonly maxSpend?: number;
  readonly onAbort?: OnAbort;
}

/** What Ctrl-C does to a session that is to outlive the command: leaves it running (default) or ends it. */
export type OnAbort = 'detach' | 'terminate';

/** The options of a start as the library takes them. */
export function toStartOptions(flags: StartFlags): StartOptions {
  const { key, name, size, label, restart, queue, idleTimeout, maxLifetime, conf } = flags;
  const chosen = [name, size, label, idleTimeout, maxLifetime, conf];
  return {
    key,
    name,
    labels: label,
    idleTimeoutMs: idleTimeout,
    maxLifetimeMs: maxLifetime,
    sparkConf: conf,
    // The start checks it, with the sizes that exist.
    size: size as SessionSize | undefined,
    // Without its own options the command wants the session of the key, however it was started.
    adopt: key !== undefined && chosen.every((option) => option === undefined) ? 'any' : undefined,
    restart: key === undefined ? undefined : restart,
    queueTimeoutMs: queue,
  };
}

/** The options that say how a session is started, with their flags. */
const START_FLAGS = {
  key: '--key',
  name: '--name',
  size: '--size',
  label: '--label',
  restart: '--restart',
  queue: '--queue',
  idleTimeout: '--idle-timeout',
  maxLifetime: '--max-lifetime',
  conf: '--conf',
  keep: '--keep',
  maxSpend: '--max-spend',
} as const satisfies Readonly<Record<keyof Omit<WorkFlags, 'session' | 'onAbort'>, string>>;

/** @throws SessionError `invalid-request` or `unsupported` for flags that contradict each other or the provider. */
export function assertConsistent(flags: WorkFlags, { provider: { id, capabilities } }: Sessions): void {
  const [needless] = Object.entries(START_FLAGS).filter(([name]) => flags[name as keyof WorkFlags] !== undefined);
  if (flags.session !== undefined && needless !== undefined) {
    const message = `--session uses a session that exists, and ${needless[1]} is for a new one: remove one of the two`;
    throw new SessionError('invalid-request', message, { operation: 'start' });
  }
  if (flags.keep === true && flags.maxSpend !== undefined) {
    const message = '--max-spend works only while this command runs: remove it or --keep';
    throw new SessionError('invalid-request', message, { operation: 'start' });
  }
  if (flags.keep === true && !capabilities.outlivesProcess) {
    const message = `--keep is not possible here: a session of ${id} stops when this command exits`;
    throw new SessionError('unsupported', message, { operation: 'start', provider: id });
  }
}
