import { PageBook } from '../page-book.ts';
import type { Call } from '../service.ts';
import { TokenBook } from '../token-book.ts';
import type { World } from '../world.ts';
import { toSession } from './dataproc-answers.ts';
import type { DataprocCreate } from './dataproc-inputs.ts';
import type { DataprocConfig } from './dataproc-options.ts';
import { DataprocSession } from './dataproc-session.ts';
import { badField, refusal } from './google-errors.ts';
import { durationMs } from './google-json.ts';
import { DataprocBatches } from './dataproc-batches.ts';
import { LongRunning, type OperationBirth } from './long-running.ts';

/** How long a session may live, and be idle. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/ExecutionConfig (read 2026-11-20) */
const TTL_MS = { min: 10 * 60_000, max: 14 * 24 * 3_600_000 };

export class DataprocAccount {
  readonly world: World;
  readonly config: DataprocConfig;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly batches: DataprocBatches;
  /** Every session that was ever created, oldest first. */
  readonly #created: DataprocSession[] = [];
  /** The sessions whose names are taken. */
  readonly #byName = new Map<string, DataprocSession>();
  readonly #operations = new Map<string, LongRunning>();

  constructor(world: World, config: DataprocConfig) {
    this.world = world;
    this.config = config;
    this.batches = new DataprocBatches(world, (scope, birth) => this.#record(scope, birth));
    this.tokens = new TokenBook(world.timeline, {
      member: 'requestId',
      lifetimeMs: undefined,
      clash: () => refusal('INVALID_ARGUMENT', 'The request id was used with another request.'),
    });
    this.pages = new PageBook(world.random, {
      sizeMember: 'pageSize',
      tokenMember: 'pageToken',
      defaultSize: config.maxPageSize,
      invalidToken: () => refusal('INVALID_ARGUMENT', 'The page token is not valid.'),
    });
  }

  sessions(): readonly DataprocSession[] {
    return this.#created;
  }

  operations(): readonly LongRunning[] {
    return [...this.#operations.values()];
  }

  /** The session that has the name, even when a reader does not see it. */
  sessionNamed(name: string): DataprocSession | undefined {
    return this.#byName.get(name);
  }

  /** The session that a reader sees. @throws ServiceError when it is unknown, not visible yet, or gone. */
  seen(call: Call, name: string): DataprocSession {
    this.requireRegion(name);
    const session = this.#byName.get(name);
    if (session?.seen(this.config.describeLagMs) === undefined) {
      throw refusal('NOT_FOUND', `Not found: Session ${name}`);
    }
    call.touches(session);
    return session;
  }

  /** @throws ServiceError when a resource name is in an unknown region. */
  requireRegion(name: string): void {
    const region = /^projects\/[^/]+\/(?:locations|regions)\/([^/]+)/.exec(name)?.[1] ?? '';
    if (this.config.regions.includes(region)) return;
    throw badField('parent', `Region '${region}' is invalid or not supported.`);
  }

  /** Creates a session, and the operation that ends when a client can connect. */
  create(asked: DataprocCreate): LongRunning {
    const request = applyTemplate(asked, this.config.templates);
    this.#refuseImpossible(request);
    const name = `${request.parent}/sessions/${request.sessionId}`;
    if (this.#byName.get(name)?.seen(0) !== undefined) {
      throw refusal('ALREADY_EXISTS', `Already exists: Failed to create session: Session ${name}`);
    }
    const session = new DataprocSession(this.world, this.config, request);
    this.#created.push(session);
    this.#byName.set(session.name, session);
    const operation = this.#open(session, 'CREATE');
    session.whenSettled(() => {
      if (session.live && !session.isEnding) operation.succeed(toSession(session, 0));
      else operation.fail({ code: 'FAILED_PRECONDITION', message: toFailure(session) });
    });
    return operation;
  }

  /** Ends a session; its name stays taken. */
  terminate(session: DataprocSession): LongRunning {
    this.#refuseEnd(session, this.config.terminateEnded);
    const operation = this.#open(session, 'TERMINATE');
    session.end(this.config.activeAfterTerminateMs);
    session.whenEnded(() => operation.succeed(toSession(session, 0)));
    return operation;
  }

  /** Ends a session unless it has ended, and frees its name. */
  remove(session: DataprocSession): LongRunning {
    if (session.state === 'CREATING') this.#refuseEnd(session, 'ok');
    const operation = this.#open(session, 'DELETE');
    session.end(this.config.activeAfterTerminateMs);
    session.whenEnded(() => {
      operation.succeed(toSession(session, 0));
      session.vanish(0);
      this.world.timeline.settle();
    });
    return operation;
  }

  requireOperation(name: string): LongRunning {
    // The names contain `regions`; a client may write `locations`.
    const operation = this.#operations.get(name.replace('/locations/', '/regions/'));
    if (operation === undefined) throw refusal('NOT_FOUND', `Not found: Operation ${name}`);
    return operation;
  }

  forget(operation: LongRunning): void {
    this.#operations.delete(operation.name);
  }

  #refuseEnd(session: DataprocSession, terminateEnded: DataprocConfig['terminateEnded']): void {
    if (session.state === 'CREATING') {
      throw refusal('ABORTED', `Session ${session.name} is being created; try again later.`);
    }
    if (session.live && session.isEnding) {
      throw refusal('FAILED_PRECONDITION', `Session ${session.name} is being terminated.`);
    }
    if (!session.live && terminateEnded !== 'ok') {
      throw refusal(terminateEnded, `Session ${session.name} is ${session.state}.`);
    }
  }

  #refuseImpossible({ parent, sessionId, session }: DataprocCreate): void {
    this.requireRegion(parent);
    if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(sessionId)) {
      const message = `Session id '${sessionId}' must begin with a letter and must not end with a hyphen.`;
      throw badField('session_id', message);
    }
    if (session.jupyterSession !== undefined && session.sparkConnectSession !== undefined) {
      throw badField('session', 'Only one of jupyter_session and spark_connect_session can be set.');
    }
    const { ttl, idleTtl } = session.environmentConfig?.executionConfig ?? {};
    for (const [name, duration] of Object.entries({ ttl, idle_ttl: idleTtl })) {
      const ms = durationMs(duration) ?? TTL_MS.min;
      if (ms >= TTL_MS.min && ms <= TTL_MS.max) continue;
      const field = `session.environment_config.execution_config.${name}`;
      throw badField(field, `${name} must be between 10 minutes and 14 days.`);
    }
  }

  #open({ scope, name, uuid }: DataprocSession, type: OperationBirth['type']): LongRunning {
    return this.#record(scope, { over: 'Session', type, resource: name, uuid, description: `${type} session` });
  }

  #record(scope: string, birth: Omit<OperationBirth, 'name'>): LongRunning {
    const place = scope.replace('/locations/', '/regions/');
    const name = `${place}/operations/${this.world.random.uuid()}`;
    const operation = new LongRunning(this.world.timeline, { name, ...birth });
    this.#operations.set(name, operation);
    return operation;
  }
}

/** Why a creation failed, with the reason that the session shows. */
function toFailure(session: DataprocSession): string {
  const reason = session.history(0).at(-1)?.reason;
  return `Failed to create session ${session.name}: ${reason ?? `it is ${session.state}`}`;
}

/**
 * The request with the values of its template. The request wins over the template; maps are merged key by key.
 *
 * @throws ServiceError when there is no such template.
 */
function applyTemplate(request: DataprocCreate, templates: DataprocConfig['templates']): DataprocCreate {
  const { session } = request;
  const id = session.sessionTemplate?.split('/').at(-1) ?? '';
  if (id === '' || Object.keys(templates).length === 0) return request;
  const template = Object.hasOwn(templates, id) ? templates[id] : undefined;
  if (template === undefined) throw badField('session.session_template', `Session template '${id}' does not exist.`);
  // A session has one kind: that of the request replaces that of the template.
  const hasKind = session.jupyterSession !== undefined || session.sparkConnectSession !== undefined;
  const { jupyterSession, sparkConnectSession, ...rest } = template;
  return { ...request, session: merged(hasKind ? rest : template, session) };
}

function merged(below: object, above: object): object {
  const values: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const under = values[name];
    values[name] = isMap(under) && isMap(value) ? merged(under, value) : value;
  }
  return values;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
