import type { protos } from '@google-cloud/dataproc';
import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { observedRequest } from '../../src/provider-kit/observed-request.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import { ServiceTime } from '../../src/provider-kit/service-time.ts';
import { openConnection } from './connection.ts';
import type { DataprocConfig } from './options.ts';
import type { MethodName, Request } from './request.ts';
import type { AuthorizedConnection, Bearer, DataprocCall } from './transport.ts';

/** A session in the service's answers. */
export type NativeSession = protos.google.cloud.dataproc.v1.ISession;
/** A long-running operation in the service's answers. */
export type NativeOperation = protos.google.longrunning.IOperation;

/** What each method answers. */
interface Answers extends Readonly<Record<MethodName, unknown>> {
  readonly createSession: NativeOperation;
  readonly getSession: NativeSession;
  readonly listSessions: protos.google.cloud.dataproc.v1.IListSessionsResponse;
  readonly terminateSession: NativeOperation;
  readonly deleteSession: NativeOperation;
  readonly getOperation: NativeOperation;
}

/** The methods that change nothing. */
const READS: ReadonlySet<MethodName> = new Set(['getSession', 'listSessions', 'getOperation']);

/** The client for the sessions of one project and region. Loads the SDK and connects at the first call; each call makes one attempt. */
export class DataprocClient {
  /** The service's clock. */
  readonly time = new ServiceTime();
  readonly #config: DataprocConfig;
  readonly #parent: string;
  #connection: Promise<AuthorizedConnection> | undefined;
  /** The open connection: frequent polls need not wait for a promise. */
  #open: AuthorizedConnection | undefined;
  readonly #clock: Clock;
  readonly #exchanges: ExchangeObserver | undefined;
  #connectedMs = Number.NEGATIVE_INFINITY;

  /** @param exchanges - sees each exchange. @throws SessionError `unsupported` for an observer over REST. */
  constructor(config: DataprocConfig, clock: Clock, exchanges?: ExchangeObserver) {
    if (exchanges !== undefined && config.transport === 'rest') {
      throw new SessionError('unsupported', 'the calls of dataproc over REST cannot be recorded', {
        operation: 'verify',
        provider: 'dataproc',
        advice: 'Leave out the option `transport`; gRPC is recorded.',
      });
    }
    this.#clock = clock;
    this.#exchanges = exchanges;
    this.#config = config;
    this.#parent = `projects/${config.project}/locations/${config.region}`;
  }

  /** Calls a method that concerns the project and region. */
  inParent<Method extends 'createSession' | 'listSessions'>(
    method: Method,
    request: Request,
    call: DataprocCall,
  ): Promise<Answers[Method]> {
    return this.#call(method, { parent: this.#parent, ...request }, call);
  }

  /** Calls a method that concerns one session. */
  ofSession<Method extends 'getSession' | 'terminateSession' | 'deleteSession'>(
    method: Method,
    { id, ...request }: Request & { readonly id: string },
    call: DataprocCall,
  ): Promise<Answers[Method]> {
    return this.#call(method, { name: `${this.#parent}/sessions/${id}`, ...request }, call);
  }

  getOperation(name: string, call: DataprocCall): Promise<NativeOperation> {
    return this.#call('getOperation', { name }, call);
  }

  /** A token that is valid now. @throws CredentialsError */
  async bearer(): Promise<Bearer> {
    return (await this.#connect()).bearer();
  }

  /** Closes the connections; a later call opens new ones. */
  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#open = undefined;
    // A connection that failed to open has nothing to close.
    connection?.then(
      (open) => {
        open.close();
      },
      () => {},
    );
  }

  #call<Method extends MethodName>(method: Method, request: Request, call: DataprocCall): Promise<Answers[Method]> {
    const send = (): Promise<unknown> => {
      // The connection of an attempt without an answer may be dead; calls that still run on it may end.
      const { unansweredSinceMs = Number.NEGATIVE_INFINITY } = runningAttempt(call.signal) ?? {};
      if (this.#connectedMs <= unansweredSinceMs) this.close();
      return (
        this.#open?.call(method, request, call) ?? this.#connect().then((open) => open.call(method, request, call))
      );
    };
    const callClass = READS.has(method) ? 'reads' : 'writes';
    const name = method.charAt(0).toUpperCase() + method.slice(1);
    const seen = (): Promise<unknown> =>
      call.requests === undefined ? send() : observedRequest(call.requests, { name, input: request, callClass }, send);
    const waiting = call.pay(callClass);
    return (waiting === undefined ? seen() : waiting.then(seen)) as Promise<Answers[Method]>;
  }

  #connect(): Promise<AuthorizedConnection> {
    if (this.#connection !== undefined) return this.#connection;
    this.#connectedMs = this.#clock.monotonicMs();
    const connection = openConnection(this.#config, this.time, this.#exchanges).then(
      (open) => {
        if (this.#connection === connection) this.#open = open;
        return open;
      },
      (error: unknown) => {
        // The next call may find credentials.
        this.#connection = undefined;
        throw error;
      },
    );
    this.#connection = connection;
    return connection;
  }
}
