import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ExecutePlanRequest_RequestOptionSchema,
  InterruptRequestSchema,
  UserContextSchema,
} from '../spark-connect/wire/spark-connect_pb.ts';
import type { ProxyClient } from './session-source.ts';
import { lastText, readFields, withFields, writeFields } from './wire-fields.ts';

/** Every request of Spark Connect begins with these fields. */
const SESSION_ID = 1;
const USER_CONTEXT = 2;

const EXECUTE = { clientType: 4, requestOptions: 5, operationId: 6, observed: 8 };
const REATTACH = { operationId: 3, clientType: 4, lastResponseId: 5, observed: 6 };
const RELEASE = { operationId: 3, clientType: 4, all: 5, until: 6 };
const ANSWER = { resultComplete: 14, operationId: 12, responseId: 13 };
const RESPONSE_ID = 1;

const NOTHING = new Uint8Array();
/** The kind of interrupt that names one operation. */
const BY_OPERATION_ID = 3;

/** Who sent a request. @throws Error when it is not a message. */
export function clientOf(request: Uint8Array): ProxyClient {
  const fields = readFields(request, [SESSION_ID, USER_CONTEXT]);
  const user = fields.get(USER_CONTEXT)?.at(-1);
  const userId = user === undefined ? '' : fromBinary(UserContextSchema, user).userId;
  return { userId, sessionId: lastText(fields, SESSION_ID) ?? '' };
}

/** An operation of a client, with what every call about it names. */
export interface OperationName {
  readonly sessionId: string | undefined;
  readonly userContext: Uint8Array | undefined;
  readonly clientType: string | undefined;
  readonly observed: string | undefined;
  readonly operationId: string;
}

/** What the proxy reads of a call for results. */
export interface ExecutionRequest {
  readonly operation: OperationName;
  /** Whether the client continues a broken stream itself. */
  readonly reattaches: boolean;
  /** The answer after which the client wants to continue. */
  readonly lastResponseId?: string | undefined;
}

/** Reads an ExecutePlan. `mint` gives an operation its id where the client gave none. @throws Error when it is not a message. */
export function readExecutePlan(request: Uint8Array, mint: () => string): ExecutionRequest {
  const fields = readFields(request, [SESSION_ID, USER_CONTEXT, ...Object.values(EXECUTE)]);
  const reattaches = (fields.get(EXECUTE.requestOptions) ?? []).some((bytes) => {
    const { requestOption } = fromBinary(ExecutePlanRequest_RequestOptionSchema, bytes);
    return requestOption.case === 'reattachOptions' && requestOption.value.reattachable;
  });
  const operationId = lastText(fields, EXECUTE.operationId);
  return {
    operation: {
      sessionId: lastText(fields, SESSION_ID),
      userContext: fields.get(USER_CONTEXT)?.at(-1),
      clientType: lastText(fields, EXECUTE.clientType),
      observed: lastText(fields, EXECUTE.observed),
      operationId: operationId === undefined || operationId === '' ? mint() : operationId,
    },
    reattaches,
  };
}

/** Reads a ReattachExecute. @throws Error when it is not a message. */
export function readReattach(request: Uint8Array): ExecutionRequest {
  const fields = readFields(request, [SESSION_ID, USER_CONTEXT, ...Object.values(REATTACH)]);
  return {
    operation: {
      sessionId: lastText(fields, SESSION_ID),
      userContext: fields.get(USER_CONTEXT)?.at(-1),
      clientType: lastText(fields, REATTACH.clientType),
      observed: lastText(fields, REATTACH.observed),
      operationId: lastText(fields, REATTACH.operationId) ?? '',
    },
    reattaches: true,
    lastResponseId: lastText(fields, REATTACH.lastResponseId),
  };
}

/** The same ExecutePlan for a server that must let the proxy reattach. */
export function asReattachable(request: Uint8Array, { operationId }: OperationName): Uint8Array {
  const option = create(ExecutePlanRequest_RequestOptionSchema, {
    requestOption: { case: 'reattachOptions', value: { reattachable: true } },
  });
  return withFields(request, {
    [EXECUTE.requestOptions]: toBinary(ExecutePlanRequest_RequestOptionSchema, option),
    [EXECUTE.operationId]: operationId,
  });
}

export function reattachRequest(operation: OperationName, lastResponseId: string | undefined): Uint8Array {
  const { sessionId, userContext, clientType, observed, operationId } = operation;
  return writeFields({
    [SESSION_ID]: sessionId,
    [USER_CONTEXT]: userContext,
    [REATTACH.operationId]: operationId,
    [REATTACH.clientType]: clientType,
    [REATTACH.lastResponseId]: lastResponseId,
    [REATTACH.observed]: observed,
  });
}

/** Releases the answers up to one of them, or the operation. */
export function releaseRequest(operation: OperationName, until?: string): Uint8Array {
  const { sessionId, userContext, clientType, operationId } = operation;
  return writeFields({
    [SESSION_ID]: sessionId,
    [USER_CONTEXT]: userContext,
    [RELEASE.operationId]: operationId,
    [RELEASE.clientType]: clientType,
    ...(until === undefined ? { [RELEASE.all]: NOTHING } : { [RELEASE.until]: writeFields({ [RESPONSE_ID]: until }) }),
  });
}

export function interruptRequest({ sessionId, userContext, operationId }: OperationName): Uint8Array {
  const interrupt = create(InterruptRequestSchema, {
    interruptType: BY_OPERATION_ID,
    interrupt: { case: 'operationId', value: operationId },
  });
  return withFields(toBinary(InterruptRequestSchema, interrupt), {
    [SESSION_ID]: sessionId,
    [USER_CONTEXT]: userContext,
  });
}

/** What the proxy reads of one answer of an execution. */
export interface AnswerFacts {
  /** Absent in a heartbeat. */
  readonly responseId: string | undefined;
  readonly isComplete: boolean;
}

/** @throws Error when it is not a message. */
export function readAnswer(answer: Uint8Array): AnswerFacts {
  const fields = readFields(answer, [ANSWER.responseId, ANSWER.resultComplete]);
  const responseId = lastText(fields, ANSWER.responseId);
  return {
    responseId: responseId === '' ? undefined : responseId,
    isComplete: fields.has(ANSWER.resultComplete),
  };
}
