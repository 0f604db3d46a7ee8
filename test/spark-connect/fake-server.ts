import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServiceDefinition,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { Table, tableFromArrays, tableToIPC } from 'apache-arrow';
import type {
  ExecutePlanResponseSchema,
  FetchErrorDetailsResponseSchema,
  RelationSchema,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import {
  ErrorInfoSchema,
  RetryInfoSchema,
  SparkConnectService,
  StatusSchema,
  type ConfigRequest,
  type Plan,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';

/** What the requests of all calls have that is looked at here. */
interface Request {
  readonly plan?: Plan;
  readonly operationId?: string;
  readonly lastResponseId?: string;
  readonly release?: { readonly case?: string };
  readonly interrupt?: { readonly value?: string };
  readonly operation?: ConfigRequest['operation'];
}

type Stream = ServerWritableStream<Request, object>;

type Answer = MessageInitShape<typeof ExecutePlanResponseSchema>;

/** What happens to one stream before its answer of the given number (from 0) is sent. */
export type Fault =
  | { readonly at: number; readonly kind: 'end' }
  | {
      readonly at: number;
      readonly kind: 'status';
      readonly code: number;
      readonly text: string;
      readonly info?: Record<string, string>;
      readonly retryMs?: number;
    }
  | { readonly at: number; readonly kind: 'cut' }
  | { readonly at: number; readonly kind: 'silence' };

/** A Spark Connect server of a few lines: it plays answers back, keeps them for reattaching, and spoils streams as told. */
export class FakeServer {
  /** The path of each call, in order, with the token that came along. */
  readonly calls: { readonly method: string; readonly token: string | undefined; readonly request: Request }[] = [];
  /** The answers to a query's second step. */
  answers: Answer[] = [batch([1, 2], 0), batch([3], 2)];
  /** What the first step gives: a relation to run, or the rows of a command. */
  localRelation: Uint8Array | undefined;
  /** One fault a stream of the second step, in the order of the streams; `undefined` leaves one alone. */
  faults: (Fault | undefined)[] = [];
  /** The same for the streams of the first step. */
  commandFaults: (Fault | undefined)[] = [];
  /** Whether a plan that is begun twice under one id is begun once; Sail begins it again. */
  noticesRepeats = true;
  /** Tokens that are accepted; all of them while it is `undefined`. */
  accepts: Set<string> | undefined;
  /** What is told of an error when it is asked about. */
  details: MessageInitShape<typeof FetchErrorDetailsResponseSchema> = {};
  serverSideSessionId = 'server-1';
  interruptsFind = 'all' as 'all' | 'none';
  /** Whether calls with one answer get none, as on a network that swallows everything. */
  isSilent = false;
  /** How often each plan was begun. */
  readonly begun = new Map<string, number>();
  readonly released = new Set<string>();
  /** What is set in the session. */
  readonly settings = new Map<string, string>();
  readonly interrupted: string[] = [];
  port = 0;
  readonly #server = new Server({ 'grpc.max_send_message_length': -1 });
  readonly #operations = new Map<string, Answer[]>();
  readonly #open = new Map<string, Stream[]>();
  readonly #connections = new Set<ServerHttp2Session>();

  async listen(): Promise<void> {
    const { method } = SparkConnectService;
    const definition: Record<string, ServiceDefinition[string]> = {};
    for (const { name, methodKind, input, output } of SparkConnectService.methods as readonly {
      name: string;
      methodKind: string;
      input: DescMessage;
      output: DescMessage;
    }[]) {
      definition[name] = {
        path: `/${SparkConnectService.typeName}/${name}`,
        requestStream: false,
        responseStream: methodKind === 'server_streaming',
        requestDeserialize: (bytes: Buffer) => fromBinary(input, bytes),
        responseSerialize: (value: MessageInitShape<DescMessage>) =>
          Buffer.from(toBinary(output, create(output, value))),
        requestSerialize: () => Buffer.alloc(0),
        responseDeserialize: () => ({}),
      };
    }
    this.#server.addService(definition, {
      [method.executePlan.name]: (call: Stream) => this.#stream('ExecutePlan', call, () => this.#begin(call.request)),
      [method.reattachExecute.name]: (call: Stream) =>
        this.#stream('ReattachExecute', call, () => this.#rest(call.request)),
      [method.releaseExecute.name]: this.#unary('ReleaseExecute', (request) => {
        if (request.release?.case === 'releaseAll') this.released.add(request.operationId ?? '');
        return {};
      }),
      [method.interrupt.name]: this.#unary('Interrupt', (request) => this.#interrupt(request.interrupt?.value ?? '')),
      [method.analyzePlan.name]: this.#unary('AnalyzePlan', () => ({
        result: { case: 'sparkVersion', value: { version: '4.1.4' } },
      })),
      [method.config.name]: this.#unary('Config', (request) => this.#configure(request.operation?.opType)),
      [method.fetchErrorDetails.name]: this.#unary('FetchErrorDetails', () => this.details),
    });
    this.port = await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** Ends every connection, as a restart does. */
  breakConnections(): void {
    for (const session of this.#connections) session.destroy();
    this.#connections.clear();
  }

  #configure(operation: NonNullable<ConfigRequest['operation']>['opType'] | undefined): object {
    if (operation?.case === 'set')
      for (const { key, value } of operation.value.pairs) this.settings.set(key, value ?? '');
    if (operation?.case === 'unset') for (const key of operation.value.keys) this.settings.delete(key);
    if (operation?.case !== 'getOption') return { pairs: [] };
    return {
      pairs: operation.value.keys.map((key) => {
        const value = this.settings.get(key);
        return { key, ...(value !== undefined && { value }) };
      }),
    };
  }

  #unary(name: string, answer: (request: Request) => object) {
    return (call: ServerUnaryCall<Request, object>, done: sendUnaryData<object>) => {
      if (this.isSilent) return;
      if (!this.#admit(name, call)) done({ code: status.UNAUTHENTICATED, details: badToken(call) });
      else done(null, { serverSideSessionId: this.serverSideSessionId, ...answer(call.request) });
    };
  }

  #admit(method: string, call: { metadata: Metadata; request: Request }): boolean {
    const token = call.metadata.get('x-aws-proxy-auth')[0] as string | undefined;
    this.calls.push({ method, token, request: call.request });
    return this.accepts === undefined || this.accepts.has(token ?? '');
  }

  #begin(request: Request): { all: Answer[]; from: number } | { code: number; text: string } {
    const id = request.operationId ?? '';
    if (this.#operations.has(id) && this.noticesRepeats)
      return { code: 13, text: '[INVALID_HANDLE.OPERATION_ALREADY_EXISTS] it exists' };
    this.begun.set(id, (this.begun.get(id) ?? 0) + 1);
    const isCommand = request.plan?.opType.case === 'command';
    const relation: MessageInitShape<typeof RelationSchema> = this.localRelation
      ? { relType: { case: 'localRelation', value: { data: this.localRelation } } }
      : { relType: { case: 'sql', value: { query: 'SELECT' } } };
    const all: Answer[] = isCommand
      ? [{ responseType: { case: 'sqlCommandResult', value: { relation } } }]
      : [...this.answers];
    all.push({ responseType: { case: 'resultComplete', value: {} } });
    this.#operations.set(id, all);
    return { all, from: 0 };
  }

  #rest(request: Request): { all: Answer[]; from: number } | { code: number; text: string } {
    const all = this.#operations.get(request.operationId ?? '');
    if (all === undefined) return { code: 13, text: '[INVALID_HANDLE.OPERATION_NOT_FOUND] it is not here' };
    return { all, from: request.lastResponseId === undefined ? 0 : Number(request.lastResponseId) + 1 };
  }

  #stream(
    name: string,
    call: Stream,
    find: () => { all: Answer[]; from: number } | { code: number; text: string },
  ): void {
    const { session } = (call as unknown as { call: { stream: ServerHttp2Stream } }).call.stream;
    if (session !== undefined) this.#connections.add(session as ServerHttp2Session);
    if (!this.#admit(name, call)) return void call.emit('error', { code: 16, details: badToken(call) });
    const second = call.request.plan?.opType.case !== 'command';
    const fault = (second ? this.faults : this.commandFaults).shift();
    // Before anything was begun.
    if (fault !== undefined && fault.at < 0) return this.#spoil(call, fault);
    const found = find();
    if ('code' in found) return void call.emit('error', { code: found.code, details: found.text });
    const id = call.request.operationId ?? '';
    this.#open.set(id, [...(this.#open.get(id) ?? []), call]);
    for (let at = found.from; at < found.all.length; at += 1) {
      if (fault?.at === at) return this.#spoil(call, fault);
      call.write({
        operationId: id,
        responseId: String(at),
        serverSideSessionId: this.serverSideSessionId,
        ...found.all[at],
      });
    }
    call.end();
  }

  #spoil(call: Stream, fault: Fault): void {
    if (fault.kind === 'end') call.end();
    if (fault.kind === 'cut') {
      const { stream } = (call as unknown as { call: { stream: ServerHttp2Stream } }).call;
      setImmediate(() => stream.session?.destroy());
    }
    if (fault.kind !== 'status') return;
    const { code, text, info, retryMs } = fault;
    const details = [];
    if (info) {
      const { reason = 'org.apache.spark.SparkException', ...metadata } = info;
      const value = toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason, metadata }));
      details.push({ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value });
    }
    if (retryMs !== undefined) {
      const value = toBinary(
        RetryInfoSchema,
        create(RetryInfoSchema, { retryDelay: { seconds: 0n, nanos: retryMs * 1e6 } }),
      );
      details.push({ typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value });
    }
    const metadata = new Metadata();
    if (details.length > 0)
      metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, create(StatusSchema, { details }))));
    call.emit('error', { code, details: text, metadata });
  }

  #interrupt(id: string): object {
    this.interrupted.push(id);
    // The first interrupt comes before the operation is known.
    if (this.interruptsFind === 'none') {
      this.interruptsFind = 'all';
      return { interruptedIds: [] };
    }
    for (const call of this.#open.get(id) ?? [])
      call.emit('error', { code: 13, details: '[OPERATION_CANCELED] it was' });
    return { interruptedIds: [id] };
  }
}

/** Bytes of one complete IPC stream with one column of integers. */
export function ipc(values: readonly number[]): Uint8Array {
  return tableToIPC(new Table(tableFromArrays({ n: Int32Array.from(values) })), 'stream');
}

/** One answer with rows. */
export function batch(values: readonly number[], startOffset: number, more: object = {}): Answer {
  const value = { rowCount: BigInt(values.length), data: ipc(values), startOffset: BigInt(startOffset), ...more };
  return { responseType: { case: 'arrowBatch', value } };
}

/** As proxies may put it that log too much. */
function badToken({ metadata }: { readonly metadata: Metadata }): string {
  return `bad token: ${String(metadata.get('x-aws-proxy-auth')[0])}`;
}
