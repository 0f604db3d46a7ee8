import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { STATUS } from '../spark-connect/rpc-failure.ts';
import { Refusal } from './proxy-status.ts';
import type { ProxyClient } from './session-source.ts';
import { withFields, writeFields } from './wire-fields.ts';

/** The names of a client for its Spark session, and those of the server. */
export interface SessionIds {
  toServer(request: Uint8Array): Uint8Array;
  toClient(method: string, answer: Uint8Array): Uint8Array;
}

/** The server takes the names of its clients. */
const SAME: SessionIds = { toServer: (request) => request, toClient: (_, answer) => answer };

const SESSION_ID = 1;
const USER_CONTEXT = 2;
const USER_ID = 1;

/**
 * The field with the session id in the answers of each method.
 * @see https://github.com/apache/spark/blob/master/sql/connect/common/src/main/protobuf/spark/connect/base.proto (4.1, read 2026-11-30)
 */
const ANSWERED_IN: Readonly<Record<string, number | undefined>> = {
  ExecutePlan: 1,
  ReattachExecute: 1,
  AnalyzePlan: 1,
  Config: 1,
  Interrupt: 1,
  ReleaseExecute: 1,
  ReleaseSession: 1,
  GetStatus: 1,
  AddArtifacts: 2,
  ArtifactStatus: 2,
  FetchErrorDetails: 4,
};

/** How the names of a client are mapped for the server of an endpoint. @throws Refusal for a method whose answers are not known. */
export function sessionIds(method: string, client: ProxyClient, { sessionId, userId }: ConnectEndpoint): SessionIds {
  if (sessionId === undefined) return SAME;
  if (ANSWERED_IN[method] === undefined) {
    throw new Refusal(
      STATUS.UNIMPLEMENTED,
      `anysession: this service names its Spark session itself, so the proxy cannot pass ${method} on.`,
    );
  }
  const user = userId === undefined ? undefined : writeFields({ [USER_ID]: userId });
  return {
    toServer: (request) => withFields(request, { [SESSION_ID]: sessionId, [USER_CONTEXT]: user }),
    toClient: (answered, answer) => withFields(answer, { [ANSWERED_IN[answered] ?? SESSION_ID]: client.sessionId }),
  };
}

/** The answer to ReleaseSession where the session's end is not the client's decision. */
export function releasedAnswer({ sessionId }: ProxyClient): Uint8Array {
  return writeFields({ [ANSWERED_IN['ReleaseSession'] ?? SESSION_ID]: sessionId });
}
