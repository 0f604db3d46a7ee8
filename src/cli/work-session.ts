import { SessionError } from '../contract/session-error.ts';
import { toMoney } from '../cost/money.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { toJsonText } from './printable.ts';
import { findSession } from './session-address.ts';
import type { StatusLine } from './status-line.ts';
import { deliver, note, warn, type Terminal } from './terminal.ts';
import { assertConsistent, toStartOptions, type WorkFlags } from './work-flags.ts';

/** What a command needs besides its flags. */
export interface WorkPlace {
  readonly sessions: Sessions;
  readonly terminal: Terminal;
  readonly status: StatusLine;
  /** The name of a session that is started without one. */
  readonly defaultName: string;
  /** When the command gives up, on the clock of `performance.now()`. */
  readonly untilMs: number;
  /** Whether nothing is said about a session that an earlier command has left running under the key. */
  readonly expectsInherited?: boolean;
}

/**
 * Runs work in the session that the flags name, or in one that it starts. A session that is kept is kept too when the work fails.
 * Whether closing ends any other session is decided by who holds it.
 */
export async function withWorkSession<T>(
  place: WorkPlace,
  flags: WorkFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { sessions, terminal, status } = place;
  assertConsistent(flags, sessions);
  const session = await openWorkSession(place, flags);
  followState(session, sessions.environment, status);
  let outcome: T;
  try {
    outcome = await work(session);
  } catch (error) {
    const hasEnded = session.state === 'terminated' || session.state === 'failed';
    const isEndedByAbort = flags.onAbort === 'terminate' && terminal.signal.aborted;
    if (flags.keep === true && !hasEnded && !isEndedByAbort) {
      status.end();
      await keepSession(session, flags.key, terminal).catch((second: unknown) => {
        throw new AggregateError([error, second]);
      });
    }
    throw error;
  }
  if (flags.keep === true) await keepSession(session, flags.key, terminal);
  return outcome;
}

/** Finds or starts the session that the flags ask for, and reports its spending and what ends with it. */
export async function openWorkSession(place: WorkPlace, flags: WorkFlags): Promise<Session> {
  const { sessions, terminal, status } = place;
  const session =
    flags.session === undefined
      ? await startSession(place, flags)
      : await findSession(sessions, { session: flags.session }, terminal.signal);
  session.on('spend', ({ spent, maxSpend, currency }) => {
    status.clear();
    warn(terminal, `the session has cost ${toMoney(spent, currency)}; it ends at ${toMoney(maxSpend, currency)}\n`);
  });
  if (session.inherited && session.owned && flags.keep !== true && place.expectsInherited !== true) {
    const { id } = session.handle;
    status.clear();
    warn(
      terminal,
      `Session ${id} was left running under this key. It ends with this command; --keep leaves it running.\n`,
    );
  }
  if (session.adopted && flags.session === undefined) {
    status.clear();
    warn(
      terminal,
      `Session ${session.handle.id} belongs to another process that uses this key, and ends with that process.\n`,
    );
  }
  return session;
}

/** Starts the session of a dry run, which stops it; does nothing where the work would run in a session that exists. */
export async function startDry(place: WorkPlace, flags: WorkFlags): Promise<void> {
  const { sessions, terminal } = place;
  assertConsistent(flags, sessions);
  // Its start sends no request, and would run an engine.
  if (!sessions.provider.capabilities.outlivesProcess) return;
  if (flags.session !== undefined) await findSession(sessions, { session: flags.session }, terminal.signal);
  else if (!(await hasLiveSession(sessions, flags.key, terminal))) await startSession(place, flags);
}

/** Whether a key has a session that lives: then a start uses it, and nothing is started. */
export async function hasLiveSession(
  sessions: Sessions,
  key: string | undefined,
  terminal: Terminal,
): Promise<boolean> {
  if (key === undefined) return false;
  try {
    const { handle, status } = await findSession(sessions, { session: `key:${key}` }, terminal.signal);
    if (!status.final) note(terminal, `Session ${handle.id} has this key: nothing would be started.`);
    return !status.final;
  } catch (error) {
    if (SessionError.is(error, 'not-found')) return false;
    throw error;
  }
}

/** How often the estimate in the status line is brought up to date, milliseconds. */
const ESTIMATE_STEP_MS = 1_000;

/** Shows the state of a session, now and when it changes. Returns what ends that. */
export function followState(session: Session, environment: string, status: StatusLine): () => void {
  const show = (state: string): void => {
    const estimate = session.estimate === undefined ? '' : `, ${session.estimate.text}`;
    const { consoleUrl = '' } = session.status.details;
    status.show(`${environment}: session ${session.handle.id} is ${state}${estimate} … ${consoleUrl}`.trimEnd());
  };
  show(session.state);
  const steps = setInterval(() => {
    if (session.estimate === undefined) clearInterval(steps);
    else show(session.state);
  }, ESTIMATE_STEP_MS).unref();
  const stopListening = session.on('state', ({ to }) => {
    clearInterval(steps);
    show(to);
  });
  return () => {
    clearInterval(steps);
    stopListening();
  };
}

/** Why a wait ended, with what goes on without it and the command that ends it. */
export function stillRunning(error: unknown, { handle, state }: Session): unknown {
  if (!SessionError.is(error) || state === 'terminated' || state === 'failed') return error;
  const isEndOfWait = error.kind === 'aborted' || error.kind === 'timeout';
  const advice = `Session ${handle.id} keeps running. End it with: anysession terminate ${handle.id}`;
  return isEndOfWait ? error.with({ handle, advice }, withoutAdvice(error)) : error;
}

function withoutAdvice({ message, advice }: SessionError): string {
  return advice !== undefined && message.endsWith(advice)
    ? message.slice(0, message.length - advice.length).replace(/[.\s]+$/, '')
    : message;
}

/** Milliseconds until the command gives up. */
export function timeLeftMs({ untilMs }: Pick<WorkPlace, 'untilMs'>): number | undefined {
  return untilMs === Number.POSITIVE_INFINITY ? undefined : Math.max(1, untilMs - performance.now());
}

/** When a command with `--timeout` gives up, on the clock of `performance.now()`. */
export function giveUpAt(timeout: number | undefined): number {
  return timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout;
}

function startSession({ sessions, terminal, status, defaultName, ...limit }: WorkPlace, flags: WorkFlags) {
  status.show(`${sessions.environment}: starting a session on ${sessions.provider.id} …`);
  return sessions.start({
    ...toStartOptions({ restart: true, ...flags }),
    name: flags.name ?? defaultName,
    maxSpend: flags.maxSpend,
    signal: terminal.signal,
    timeoutMs: timeLeftMs(limit),
    onQueued: ({ text }) => status.show(text),
  });
}

/** Keeps the session and writes its handle, not only for a person: without handle and key nobody finds it again. */
export async function keepSession(session: Session, key: string | undefined, terminal: Terminal): Promise<void> {
  try {
    await deliver(terminal, `the session is kept: ${toJsonText(session.handle)}\n`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const text = `The session was not kept: its handle cannot be written to stderr (${code ?? message}). Open stderr, or name the session by --key.`;
    if (key === undefined) throw new SessionError('invalid-request', text, { operation: 'sql', cause });
  }
  session.detach();
  note(terminal, `End it with: anysession terminate ${session.handle.id}`);
}
