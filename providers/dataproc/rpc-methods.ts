import { loadMessages, type MessageClass } from './load-google.ts';
import type { MethodName } from './request.ts';

/** The gRPC services of sessions and operations, on the same endpoint. @see https://github.com/googleapis/googleapis/blob/master/google/cloud/dataproc/v1/sessions.proto (read 2026-11-21) */
const SESSIONS = '/google.cloud.dataproc.v1.SessionController';
const OPERATIONS = '/google.longrunning.Operations';

/** A gRPC method with the classes of its messages. */
export interface RpcMethod {
  readonly path: string;
  readonly request: MessageClass;
  readonly answer: MessageClass;
}

/** The methods that we use, with the messages of Google's client. */
export async function rpcMethods(): Promise<Readonly<Record<MethodName, RpcMethod>>> {
  const { v1, longrunning } = await loadMessages();
  const { Operation } = longrunning;
  const ofSessions = (method: string, request: MessageClass, answer: MessageClass): RpcMethod => {
    return { path: `${SESSIONS}/${method}`, request, answer };
  };
  return {
    createSession: ofSessions('CreateSession', v1.CreateSessionRequest, Operation),
    getSession: ofSessions('GetSession', v1.GetSessionRequest, v1.Session),
    listSessions: ofSessions('ListSessions', v1.ListSessionsRequest, v1.ListSessionsResponse),
    terminateSession: ofSessions('TerminateSession', v1.TerminateSessionRequest, Operation),
    deleteSession: ofSessions('DeleteSession', v1.DeleteSessionRequest, Operation),
    getOperation: { path: `${OPERATIONS}/GetOperation`, request: longrunning.GetOperationRequest, answer: Operation },
  };
}
