import type { ListSessionsCommandInput, Session } from '@aws-sdk/client-glue';
import type { CalculationRunner } from '../../src/contract/calculation-runner.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor, ListFilter, SessionProvider } from '../../src/contract/session-provider.ts';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { CallRunner, ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { startByName, type NamedSession } from '../../src/provider-kit/start-by-name.ts';
import type { StateFacts } from '../../src/provider-kit/states.ts';
import { readFailure } from '../_aws/failure.ts';
import { observe } from '../_aws/observation.ts';
import type { ProxyAddress } from '../_aws/proxy-endpoint.ts';
import type { NativePage, NativeSession, SessionService } from '../_aws/session-service.ts';
import { glueCapabilities } from './capabilities.ts';
import { glueClient, type GlueClient } from './client.ts';
import { toSessionError } from './errors.ts';
import { fromSession } from './observation.ts';
import type { GlueConfig } from './options.ts';
import { toStartInput } from './start-input.ts';
import { GlueStatements } from './statements.ts';
import { GLUE_STATES } from './states.ts';

/** The codes for an id that another session has. */
const TAKEN = ['AlreadyExistsException', 'IdempotentParameterMismatchException'];

/** The session API of Glue. The caller chooses the id of a session. */
export class GlueSessions implements SessionService {
  readonly id = 'glue';
  readonly name = 'Glue';
  readonly scope;
  readonly capabilities;
  readonly time;
  /** @see https://docs.aws.amazon.com/glue/latest/webapi/API_GetSession.html (read 2026-11-29) */
  readonly sessionId = {
    pattern: /^[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\t]{1,255}$/u,
    words: '1 to 255 characters, none of which is a control character',
  };
  readonly firstStates = ['PROVISIONING'];
  readonly endingState = 'STOPPING';
  /** Not documented: the link is for immediate use. */
  readonly dashboardLifetimeMs = 5 * 60_000;
  readonly toSessionError = toSessionError;
  readonly #config: GlueConfig;
  readonly #ports: ProviderPorts;
  readonly #client: GlueClient;

  constructor(config: GlueConfig, ports: ProviderPorts) {
    // The account of the sessions is that of their role.
    this.scope = `${config.region}/${config.roleArn.split(':')[4] ?? ''}`;
    this.capabilities = glueCapabilities(config);
    this.#config = config;
    this.#ports = ports;
    this.#client = glueClient(config, ports.exchanges);
    this.time = this.#client.time;
  }

  stateFacts({ state }: NativeSession): StateFacts | undefined {
    return GLUE_STATES.facts(state ?? '');
  }

  /** The token is the id of the session, as on Dataproc. */
  async prepareStart(request: StartRequest, call: ServiceCall) {
    const input = toStartInput(request, this.#config);
    const handle = { v: HANDLE_VERSION, provider: this.id, scope: this.scope, id: request.token } as const;
    return async (): Promise<NativeSession> => {
      const { session } = await startByName({
        handle,
        owner: request.owner,
        deleteRecord: this.#config.deleteRecord,
        takenCode: 'AlreadyExistsException',
        clock: this.#ports.clock,
        signal: call.signal,
        create: () =>
          unless(TAKEN, async () =>
            this.#named((await this.#client.send('CreateSession', input, call)).Session, handle),
          ),
        get: () =>
          unless(['EntityNotFoundException'], async () => this.#named(await this.#get(handle.id, call), handle)),
        delete: () => this.#client.send('DeleteSession', { Id: handle.id }, call),
      });
      return session;
    };
  }

  /** An id that is taken is refused. */
  async startAlone(request: StartRequest, call: ServiceCall): Promise<NativeSession> {
    const answer = await this.#client.send('CreateSession', toStartInput(request, this.#config), call);
    return { state: undefined, ...(answer.Session && fromSession(answer.Session)) };
  }

  async get({ id }: SessionHandle, call: ServiceCall): Promise<NativeSession | undefined> {
    const session = await this.#get(id, call);
    return session && fromSession(session);
  }

  /** The service lists ended sessions too, and filters by tags alone. */
  async list({ states, labels }: ListFilter, cursor: Cursor | undefined, call: ServiceCall): Promise<NativePage> {
    const wanted: readonly string[] = GLUE_STATES.live(states ?? SESSION_STATES);
    const tags = labels && Object.keys(labels).length > 0 && { Tags: { ...labels } };
    const page = await this.#page({ ...tags }, cursor, call);
    const sessions = (page.Sessions ?? [])
      .map(fromSession)
      .filter(({ state = '' }) => wanted.includes(state) || GLUE_STATES.facts(state) === undefined);
    return { sessions, next: page.NextToken || undefined };
  }

  async listEnded(call: ServiceCall): Promise<readonly string[]> {
    const ids: string[] = [];
    let cursor: Cursor | undefined;
    do {
      const page = await this.#page({}, cursor, call);
      const ended = (page.Sessions ?? []).filter(({ Status: state = '' }) => GLUE_STATES.facts(state)?.final === true);
      ids.push(...ended.flatMap(({ Id: id }) => id ?? []));
      cursor = page.NextToken || undefined;
    } while (cursor !== undefined);
    return ids;
  }

  async terminate(id: string, call: ServiceCall): Promise<undefined> {
    await this.#client.send('StopSession', { Id: id }, call);
  }

  async endpoint(id: string, call: ServiceCall): Promise<ProxyAddress> {
    const { SparkConnect: endpoint } = await this.#client.send('GetSessionEndpoint', { SessionId: id }, call);
    // `sc://` says nothing about TLS. The sessions of an emulator without it have none.
    const scheme = this.#config.endpoint?.startsWith('http:') === true ? 'http:' : 'https:';
    const { Url: url, AuthToken: token, AuthTokenExpirationTime: expires } = endpoint ?? {};
    return { address: url?.replace(/^sc:/, scheme), token, expires };
  }

  async dashboardUrl({ id }: SessionHandle, call: ServiceCall): Promise<string | undefined> {
    return (await this.#client.send('GetDashboardUrl', { ResourceId: id, ResourceType: 'SESSION' }, call)).Url;
  }

  calculations(provider: Pick<SessionProvider, 'describe'>, runner: CallRunner): CalculationRunner {
    return new GlueStatements({ client: this.#client, runner, provider, clock: this.#ports.clock });
  }

  close(): void {
    this.#client.close();
  }

  #page(filter: Pick<ListSessionsCommandInput, 'Tags'>, cursor: Cursor | undefined, call: ServiceCall) {
    const { listPageSize: MaxResults } = this.capabilities;
    return this.#client.send(
      'ListSessions',
      { MaxResults, ...filter, ...(cursor !== undefined && { NextToken: cursor }) },
      call,
    );
  }

  async #get(id: string, call: ServiceCall): Promise<Session | undefined> {
    return (await this.#client.send('GetSession', { Id: id }, call)).Session;
  }

  #named(answer: Session | undefined, handle: SessionHandle): NamedSession & { readonly session: NativeSession } {
    const session = answer === undefined ? { state: undefined } : fromSession(answer);
    const context = { handle, observedAtMs: this.#ports.clock.nowMs(), serviceTimeMs: this.time.lastMs };
    // A later session of the same id has another time.
    return {
      session,
      observation: observe(session, this, context),
      instance: String(session.createdAt?.getTime() ?? ''),
    };
  }
}

/** What `work` gives; `undefined` when it fails with one of these codes. */
async function unless<Answer>(codes: readonly string[], work: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await work();
  } catch (error) {
    if (codes.includes(readFailure(error, 0).code)) return undefined;
    throw error;
  }
}
