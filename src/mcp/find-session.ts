import type { Session } from '../session/session.ts';
import { SessionError } from '../contract/session-error.ts';
import type { AgentEnvironment } from './agent-environments.ts';
import type { Desk } from './tool.ts';

/** The arguments that name a session. */
export interface SessionArgs {
  readonly environment?: string;
  readonly session?: string;
}

/**
 * Uses the session that the arguments name: one that this server holds, or one that it attaches to for the time of the call. Without a
 * name it is the one session that this server has started there.
 */
export async function withSession<T>(
  { environments, started, lookup }: Desk,
  { environment: name, session: word }: SessionArgs,
  signal: AbortSignal,
  use: (session: Session, environment: AgentEnvironment) => Promise<T>,
): Promise<T> {
  const environment = await environments.get(name);
  const own = started.find(environment.name, word);
  if (own !== undefined) return use(own.session, environment);
  if (word === undefined) {
    const message = `This server has not started exactly one session in environment ${JSON.stringify(environment.name)}`;
    throw new SessionError('invalid-request', message, {
      operation: 'attach',
      advice: 'Pass `session`: an id of list_sessions, or start one with start_session.',
    });
  }
  const session = await lookup.find(environment.sessions, word, signal);
  // Its id may be that of an own session in full.
  const same = started.find(environment.name, session.handle.id);
  if (same !== undefined) {
    session.detach();
    return use(same.session, environment);
  }
  try {
    return await use(session, environment);
  } finally {
    session.detach();
  }
}
