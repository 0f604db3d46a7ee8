import { SessionError } from '../contract/session-error.ts';
import type { SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import { ProvisionedSessions, type Sharing } from '../proxy/provisioned-sessions.ts';
import type { OnLost } from '../proxy/provisioned-session.ts';
import { listenAsProxy } from '../proxy/start-proxy.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { silentLogger, systemClock } from '../session/system-ports.ts';
import { environmentLogger } from '../telemetry/environment-logger.ts';
import { commandLogger } from './command-logger.ts';
import { sessionReports } from './kernel/session-report.ts';
import { loadAhead } from './load-ahead.ts';
import { StatusLine } from './status-line.ts';
import { terminalWith, type CommandContext } from './terminal.ts';
import { withSessions } from './with-environment.ts';
import { assertConsistent, type WorkFlags } from './work-flags.ts';
import { followState, keepSession, openWorkSession, startDry } from './work-session.ts';

/** The options of a command that opens a proxy. */
export interface ProxyFlags extends WorkFlags {
  /** How long a call waits for its session, milliseconds. */
  readonly startTimeout?: number;
  readonly port?: number;
  /** How long a session without calls is kept, milliseconds. */
  readonly linger?: number;
  readonly per?: Sharing;
  readonly onLost?: OnLost;
}

/** An open proxy with its sessions. */
export interface OpenProxy {
  readonly proxy: SparkConnectProxy;
  readonly sessions: Sessions;
  /** Starts the session that all clients share now, instead of at the first call. */
  readonly startNow: () => Promise<Session>;
  /** Whether a client has made a call. */
  readonly isUsed: () => boolean;
  /** Why sessions have ended, where no client has seen that in a call. */
  readonly endedUnseen: () => Promise<readonly SessionError[]>;
}

/**
 * Opens a proxy whose sessions are started at the first call, and closes both: a session that this process holds ends with it unless it
 * is kept. A dry run stops at the start of the first session.
 */
export async function withSparkProxy<T>(
  context: CommandContext,
  flags: ProxyFlags & {
    readonly defaultName: string;
    /** Releases a session that has not ended; by default it is closed, or kept with `keep`. */
    readonly release?: (session: Session) => Promise<void>;
  },
  use: (open: OpenProxy) => Promise<T>,
): Promise<T | undefined> {
  const { terminal, json, dryRun } = context;
  const logger = commandLogger(context) ?? environmentLogger(terminal.env) ?? silentLogger;
  const status = new StatusLine(terminal, json);
  try {
    return await withSessions(context, async (sessions) => {
      assertServesSpark(sessions);
      assertConsistent(flags, sessions);
      const { defaultName } = flags;
      const expectsInherited = flags.release !== undefined;
      const limits = { untilMs: Number.POSITIVE_INFINITY, defaultName, expectsInherited };
      const place = { sessions, terminal, status, ...limits };
      if (dryRun !== undefined) {
        await startDry(place, { ...flags, ...ownFlags(flags, sessions, flags.per) });
        return undefined;
      }
      const open = (identity: string | undefined, signal: AbortSignal): Promise<Session> => {
        const own = { ...flags, ...ownFlags(flags, sessions, identity) };
        return openFollowed({ ...place, terminal: terminalWith(terminal, { signal }) }, own);
      };
      const keep = (session: Session) => keepSession(session, flags.key, terminal);
      const release = flags.release ?? (flags.keep === true ? keep : undefined);
      const { onLost, linger: lingerMs, per } = flags;
      const ports = { clock: systemClock, logger, report: sessionReports(sessions) };
      const source = new ProvisionedSessions({ ...ports, open, release, onLost, lingerMs }, per);
      const { proxy, loaded } = await listenAsProxy(source, {
        logger,
        port: flags.port,
        startTimeoutMs: flags.startTimeout,
        // Clients of one user are asked for as one.
        share: per === 'user',
      });
      let isOver = false;
      const loading = loadAhead(loaded, sessions.provider.id, () => !isOver);
      // A failure is thrown at the end; until then it is no unhandled rejection, which would end the process without ending the session.
      loading.catch(() => {});
      try {
        return await use({
          proxy,
          sessions,
          startNow: () => source.startNow(),
          isUsed: () => source.used,
          endedUnseen: () => source.endedUnseen(),
        });
      } finally {
        isOver = true;
        status.end();
        await proxy.close();
        await loading;
      }
    });
  } finally {
    status.end();
  }
}

/** What the flags do not say: a key for each identity, and that a session of this process is not idle while it has clients. */
function ownFlags(
  { key, session, idleTimeout }: WorkFlags,
  { provider: { capabilities } }: Sessions,
  identity: string | undefined,
): WorkFlags {
  if (session !== undefined) return {};
  const isUnseen = !capabilities.outlivesProcess && idleTimeout === undefined;
  return {
    ...(key !== undefined && identity !== undefined && { key: `${key}/${identity}` }),
    // The local provider does not see the calls of other clients; this command ends the session.
    ...(isUnseen && { idleTimeout: capabilities.idleTimeoutMs.max }),
  };
}

/** Opens a session, with its progress in the status line until it is ready: then the screen belongs to its client. */
async function openFollowed(place: Parameters<typeof openWorkSession>[0], flags: WorkFlags): Promise<Session> {
  const { sessions, status } = place;
  try {
    const session = await openWorkSession(place, flags);
    if (session.state === 'creating') {
      const stop = followState(session, sessions.environment, status);
      session.on('state', () => {
        stop();
        status.clear();
      });
    } else status.clear();
    return session;
  } catch (error) {
    status.clear();
    throw error;
  }
}

/** @throws SessionError `unsupported`, before anything is started. */
export function assertServesSpark({ provider }: Sessions): void {
  const { id, capabilities } = provider;
  if (capabilities.sparkConnect) return;
  const [what, advice] =
    capabilities.dialect === 'duckdb'
      ? [
          'the engine duckdb is not Spark',
          'Use engine sail or spark: anysession engines install sail, then `engine: sail` in the config file or --set engine=sail',
        ]
      : [
          `${id} has no Spark Connect endpoint in this environment`,
          'Use an environment of athena (engine spark-3.5), emr-serverless, emr-ec2, glue (sessionType spark-connect), dataproc, or local with engine sail or spark',
        ];
  const message = `Spark clients cannot connect: ${what}. No session was started`;
  throw new SessionError('unsupported', message, { operation: 'proxy', provider: id, advice });
}
