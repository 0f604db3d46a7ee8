import type { protos } from '@google-cloud/dataproc';
import { openConnection, type Connection } from './connection.ts';
import type { WantedCall } from '../../src/provider-kit/call-runner.ts';
import type { DataprocConfig } from './options.ts';
import type { MethodName, Request } from './request.ts';

/** A session as the service tells it. */
export type NativeSession = protos.google.cloud.dataproc.v1.ISession;
/** A long-running operation as the service tells it. */
export type NativeOperation = protos.google.longrunning.IOperation;
/** One page of sessions as the service tells it. */
export type NativePage = protos.google.cloud.dataproc.v1.IListSessionsResponse;

/** How long one call may take. */
export interface CallLimits {
  /** Tells when nobody wants the answer any more, and at the latest when the time is over. */
  readonly wanted: WantedCall;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
}

/** The few calls of Dataproc that the sessions of one project and region need; each makes one attempt and stops when its signal aborts. */
export interface DataprocCalls {
  createSession(
    input: { readonly sessionId: string; readonly requestId: string; readonly session: NativeSession },
    limits: CallLimits,
  ): Promise<NativeOperation>;
  getSession(id: string, limits: CallLimits): Promise<NativeSession>;
  listSessions(
    input: { readonly pageSize: number; readonly pageToken: string; readonly filter: string },
    limits: CallLimits,
  ): Promise<NativePage>;
  terminateSession(id: string, limits: CallLimits): Promise<NativeOperation>;
  deleteSession(
    target: { readonly id: string; readonly requestId: string },
    limits: CallLimits,
  ): Promise<NativeOperation>;
  getOperation(name: string, limits: CallLimits): Promise<NativeOperation>;
  /** Closes the connections; a later call opens new ones. */
  close(): void;
}

/** Dataproc over the SDK's client, which is loaded and built when it is first needed. */
export class DataprocSdkCalls implements DataprocCalls {
  readonly #config: DataprocConfig;
  readonly #parent: string;
  #connection: Promise<Connection> | undefined;
  /** The same once it is there: looks come often, and need not wait for a promise. */
  #open: Connection | undefined;

  constructor(config: DataprocConfig) {
    this.#config = config;
    this.#parent = `projects/${config.project}/locations/${config.region}`;
  }

  createSession(
    input: { readonly sessionId: string; readonly requestId: string; readonly session: NativeSession },
    limits: CallLimits,
  ): Promise<NativeOperation> {
    const { sessionId, requestId, session } = input;
    return this.#call('createSession', { parent: this.#parent, sessionId, requestId, session }, limits);
  }

  getSession(id: string, limits: CallLimits): Promise<NativeSession> {
    return this.#call('getSession', { name: this.#nameOf(id) }, limits);
  }

  listSessions(
    input: { readonly pageSize: number; readonly pageToken: string; readonly filter: string },
    limits: CallLimits,
  ): Promise<NativePage> {
    return this.#call('listSessions', { parent: this.#parent, ...input }, limits);
  }

  terminateSession(id: string, limits: CallLimits): Promise<NativeOperation> {
    return this.#call('terminateSession', { name: this.#nameOf(id) }, limits);
  }

  deleteSession(
    { id, requestId }: { readonly id: string; readonly requestId: string },
    limits: CallLimits,
  ): Promise<NativeOperation> {
    return this.#call('deleteSession', { name: this.#nameOf(id), requestId }, limits);
  }

  getOperation(name: string, limits: CallLimits): Promise<NativeOperation> {
    return this.#call('getOperation', { name }, limits);
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#open = undefined;
    // One that could not be opened has nothing to close.
    connection?.then(
      (open) => {
        open.close();
      },
      () => {},
    );
  }

  #nameOf(id: string): string {
    return `${this.#parent}/sessions/${id}`;
  }

  #call<Answer>(method: MethodName, request: Request, limits: CallLimits): Promise<Answer> {
    const answer = this.#open?.call(method, request, limits);
    return (answer ?? this.#connect().then((open) => open.call(method, request, limits))) as Promise<Answer>;
  }

  #connect(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const connection = openConnection(this.#config).then(
      (open) => {
        if (this.#connection === connection) this.#open = open;
        return open;
      },
      (error: unknown) => {
        // Credentials may be there at the next call.
        this.#connection = undefined;
        throw error;
      },
    );
    this.#connection = connection;
    return connection;
  }
}
