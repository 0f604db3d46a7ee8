import type { Clock, Random } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { EngineLoader } from './client.ts';
import { LocalSession } from './local-session.ts';
import type { LocalConfig } from './options.ts';
import { STATE_MEANINGS } from './states.ts';

/** What the local service is made of. */
export interface LocalServiceParts {
  readonly config: LocalConfig;
  readonly loadEngine: EngineLoader;
  /** How long a session lives at most whose start says nothing of it, milliseconds. */
  readonly maxLifetimeMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The service side of local sessions: what on a cloud is somebody else's control plane.
 * It knows every session it ever started, also the ended ones, and forgets them with the process.
 */
export class LocalService {
  readonly #parts: LocalServiceParts;
  /** In the order of starting. */
  readonly #sessions = new Map<string, LocalSession>();
  readonly #byToken = new Map<string, LocalSession>();
  #isClosed = false;

  constructor(parts: LocalServiceParts) {
    this.#parts = parts;
  }

  /**
   * The one session of the request's token: the first start makes it, any other finds it.
   * @throws SessionError `conflict` when the token belongs to a start that asked for something else, or the service is
   * closed; `config-invalid` when the engine cannot be loaded.
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
   * The sessions that have not ended for good and were started after the given one, in the order of their starts.
   * @throws SessionError `invalid-request` when there never was a session of that id.
   */
  *liveAfter(id: string | undefined): Generator<LocalSession> {
    if (id !== undefined && !this.#sessions.has(id)) {
      throw new SessionError('invalid-request', 'the cursor is of another listing; begin without one', {
        operation: 'listPage',
      });
    }
    let isAfter = id === undefined;
    for (const session of this.#sessions.values()) {
      if (isAfter && !STATE_MEANINGS[session.status.state].final) yield session;
      isAfter ||= session.id === id;
    }
  }

  /** Ends all sessions and takes no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.liveAfter(undefined)].map((session) => session.end('the provider was closed')));
  }

  #create(request: StartRequest, engine: Awaited<ReturnType<EngineLoader>>): LocalSession {
    if (this.#isClosed) {
      throw new SessionError('conflict', 'this provider was closed; open the environment again', {
        operation: 'start',
      });
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
  const differing = differences(session.request, request);
  if (differing.length === 0) return session;
  throw new SessionError(
    'conflict',
    `the start token ${request.token} belongs to session ${session.id}, which was started with another ${differing.join(', ')}`,
    { operation: 'start' },
  );
}

function differences(first: StartRequest, second: StartRequest): string[] {
  const fields = ['owner', 'name', 'idleTimeoutMs', 'maxLifetimeMs', 'labels', 'sparkConf'] as const;
  return fields.filter((field) => format(first[field]) !== format(second[field]));
}

/** The same text for equal values, whatever the order of a record's members. */
function format(value: StartRequest[keyof StartRequest]): string {
  const isRecord = typeof value === 'object' && value !== null;
  return JSON.stringify(isRecord ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : (value ?? null));
}
