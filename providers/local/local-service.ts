import type { Clock, Random } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { EngineLoader } from './client.ts';
import { LocalSession } from './local-session.ts';
import type { LocalConfig } from './options.ts';
import { STATES } from './states.ts';

/** What the local service is made of. */
export interface LocalServiceParts {
  readonly config: LocalConfig;
  readonly loadEngine: EngineLoader;
  /** The default maximum lifetime, milliseconds. */
  readonly maxLifetimeMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The service side of local sessions, like the control plane of a cloud.
 * It knows all sessions that it has started in this process, also the ended ones.
 */
export class LocalService {
  readonly #parts: LocalServiceParts;
  /** In the order of their starts. */
  readonly #sessions = new Map<string, LocalSession>();
  readonly #byToken = new Map<string, LocalSession>();
  #isClosed = false;

  constructor(parts: LocalServiceParts) {
    this.#parts = parts;
  }

  /**
   * The session of the request's token: the first start creates it, a repeated one returns it.
   * @throws SessionError `conflict` when the token belongs to a start with other options, or the service is closed;
   * `config-invalid` when the engine cannot be loaded.
   */
  async start(request: StartRequest): Promise<LocalSession> {
    const known = this.#byToken.get(request.token);
    if (known !== undefined) return sameStart(known, request);
    const engine = await this.#parts.loadEngine();
    return this.#byToken.has(request.token) ? this.start(request) : this.#create(request, engine);
  }

  /** A session by its id, also after its end. */
  find(id: string): LocalSession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * The sessions that are not final and were started after the given one, in the order of their starts.
   * @throws SessionError `invalid-request` for an unknown id.
   */
  *liveAfter(id: string | undefined): Generator<LocalSession> {
    if (id !== undefined && !this.#sessions.has(id)) {
      const message = 'the cursor belongs to another listing. List again without a cursor';
      throw new SessionError('invalid-request', message, { operation: 'listPage' });
    }
    let isAfter = id === undefined;
    for (const session of this.#sessions.values()) {
      if (isAfter && !STATES[session.status.state].final) yield session;
      isAfter ||= session.id === id;
    }
  }

  /** Ends all sessions and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.liveAfter(undefined)].map((session) => session.end('the provider was closed')));
  }

  #create(request: StartRequest, engine: Awaited<ReturnType<EngineLoader>>): LocalSession {
    if (this.#isClosed) {
      throw startConflict('this provider was closed. Open the environment again');
    }
    const { config, clock, random } = this.#parts;
    const id = `local-${random.hex(16)}`;
    const maxLifetimeMs = request.maxLifetimeMs ?? this.#parts.maxLifetimeMs;
    const session = new LocalSession({ id, request, maxLifetimeMs, config, engine, clock });
    this.#sessions.set(id, session);
    this.#byToken.set(request.token, session);
    return session;
  }
}

function sameStart(session: LocalSession, request: StartRequest): LocalSession {
  const fields = ['owner', 'name', 'idleTimeoutMs', 'maxLifetimeMs', 'labels', 'sparkConf'] as const;
  const differing = fields.filter((field) => format(session.request[field]) !== format(request[field]));
  if (differing.length === 0) return session;
  const what = `session ${session.id}, which was started with another ${differing.join(', ')}`;
  throw startConflict(`the start token ${request.token} belongs to ${what}`);
}

function startConflict(message: string): SessionError {
  return new SessionError('conflict', message, { operation: 'start' });
}

/** The same text for equal values, in any order of a record's members. */
function format(value: StartRequest[keyof StartRequest]): string {
  const isRecord = typeof value === 'object' && value !== null;
  return JSON.stringify(isRecord ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : (value ?? null));
}
