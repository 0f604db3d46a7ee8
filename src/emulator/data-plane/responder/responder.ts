import type { ConnectEngine, EngineCall, ResponderVersion } from '../connect-engine.ts';
import { RpcStatus } from '../../grpc-status.ts';
import { encodeMessage, WireMessage } from '../wire-message.ts';
import { load } from './arrow-batches.ts';
import { DuckDbConnection } from './duckdb-connection.ts';
import { ResponderSession } from './responder-session.ts';
import { ErrorBook } from './spark-errors.ts';
import { readPlan, type DuckDb } from './sql-plan.ts';

/** The version that the substitute reports: nobody should mistake it for Spark. */
const VERSIONS: Readonly<Record<ResponderVersion, string>> = {
  '3.5': '3.5.6-duckdb-responder',
  '4.0': '4.0.1-duckdb-responder',
};

const INTERRUPT = { all: 1n, tag: 2n } as const;

/** The calls that 3.5 does not have. */
const SINCE_4_0 = new Set(['ReleaseSession', 'FetchErrorDetails']);

/**
 * A substitute for a Spark Connect server that runs the text of SQL in DuckDB: the protocol is Spark's, the dialect is DuckDB's.
 * It keeps a database in memory for each Spark session, and the rows of a result until they are read.
 * Decision 25: docs/decisions/0025-the-duckdb-emulator-is-not-spark.md
 */
export class Responder implements ConnectEngine {
  readonly #duckdb: DuckDb;
  readonly #version: ResponderVersion;
  readonly #sessions = new Map<string, Promise<ResponderSession>>();
  readonly #released = new Set<string>();
  readonly #errors = new ErrorBook();

  private constructor(duckdb: DuckDb, version: ResponderVersion) {
    this.#duckdb = duckdb;
    this.#version = version;
  }

  /** Loads DuckDB. @throws RpcStatus `FAILED_PRECONDITION` when it is not installed. */
  static async open(version: ResponderVersion): Promise<Responder> {
    return new Responder(await load('@duckdb/node-api', import('@duckdb/node-api')), version);
  }

  async *answer({ method, requests }: EngineCall): AsyncGenerator<Uint8Array, void, undefined> {
    const request = await firstOf(requests);
    const session = await this.#sessionOf(request);
    if (this.#version === '3.5' && SINCE_4_0.has(method)) throw unimplemented(method);
    switch (method) {
      case 'ExecutePlan': {
        const plan = readPlan(request.message(3), this.#version);
        const operation = session.begin(plan, { id: request.text(6), tags: request.strings(7) });
        yield* this.#keepingErrors(operation.read(0));
        break;
      }
      case 'ReattachExecute': {
        // The id of an answer is its number.
        yield* this.#keepingErrors(session.operation(request.text(3)).read(Number(request.text(5))));
        break;
      }
      default:
        yield await this.#answerOne(method, request, session);
    }
  }

  async close(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  async #answerOne(method: string, request: WireMessage, session: ResponderSession): Promise<Uint8Array> {
    const sessionId = request.text(1);
    const { serverSideId } = session;
    switch (method) {
      case 'AnalyzePlan':
        if (!request.has(10)) throw unimplemented('AnalyzePlan of this kind');
        return encodeMessage({ 1: sessionId, 8: encodeMessage({ 1: VERSIONS[this.#version] }), 15: serverSideId });
      case 'Config':
        return encodeMessage({ 1: sessionId, 2: session.configure(request.message(3)), 4: serverSideId });
      case 'ReleaseExecute': {
        const id = request.text(3);
        const until = request.message(6)?.text(1);
        if (until === undefined) session.forget(id);
        // As Spark, which ignores the release of an operation that is over: releases may overtake each other.
        else session.release(id, Number(until));
        return encodeMessage({ 1: sessionId, 2: id, 3: serverSideId });
      }
      case 'Interrupt':
        return encodeMessage({ 1: sessionId, 2: interrupt(session, request), 3: serverSideId });
      case 'ReleaseSession':
        this.#sessions.delete(keyOf(request));
        if (request.whole(4) === 0n) this.#released.add(keyOf(request));
        await session.close();
        return encodeMessage({ 1: sessionId, 2: serverSideId });
      case 'FetchErrorDetails':
        return this.#errors.details(request.text(3), serverSideId);
      default:
        throw unimplemented(method);
    }
  }

  /** Keeps the failure of an operation for FetchErrorDetails, which 4.0 has; the error then names its id. */
  async *#keepingErrors(answers: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* answers;
    } catch (error) {
      throw this.#version === '3.5' ? error : this.#errors.keep(error);
    }
  }

  /** The session that a request names; its first request creates it. */
  #sessionOf(request: WireMessage): Promise<ResponderSession> {
    const key = keyOf(request);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    // As Spark: the id of a released session is not used again.
    if (this.#released.has(key)) {
      const message = `The handle ${request.text(1)} is invalid. Session was closed.`;
      throw RpcStatus.ofSpark('INVALID_HANDLE.SESSION_CLOSED', message);
    }
    const id = request.text(1);
    const serverSideId = this.#version === '3.5' ? undefined : `responder-of-${id}`;
    const session = DuckDbConnection.open(this.#duckdb).then(
      (connection) => new ResponderSession({ id, serverSideId, connection }),
    );
    this.#sessions.set(key, session);
    return session;
  }
}

/** A Spark session belongs to a user. */
function keyOf(request: WireMessage): string {
  // As for Spark, a request without a user is one of the user with the empty name.
  return JSON.stringify([request.message(2)?.text(1) ?? '', request.text(1)]);
}

function interrupt(session: ResponderSession, request: WireMessage): readonly string[] {
  const kind = request.whole(4);
  const tag = request.text(5);
  const operationId = request.text(6);
  return session.interrupt((id, { tags }) => {
    if (kind === INTERRUPT.all) return true;
    return kind === INTERRUPT.tag ? tags.includes(tag) : id === operationId;
  });
}

async function firstOf(requests: AsyncIterable<Uint8Array>): Promise<WireMessage> {
  for await (const bytes of requests) return new WireMessage(bytes);
  throw new RpcStatus('INVALID_ARGUMENT', 'The call has no request.');
}

function unimplemented(what: string): RpcStatus {
  return new RpcStatus('UNIMPLEMENTED', `This substitute for Spark has no ${what}.`);
}
