import type { HttpExchange } from '../../src/contract/exchange.ts';
import { readClientFailure } from '../../src/provider-kit/grpc-failure.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { retryDelay } from './failure.ts';
import { routingOf, type Request } from './request.ts';
import { rpcMethods, type RpcMethod } from './rpc-methods.ts';
import type { ReceivedAnswer } from './unary-call.ts';

/** Conversion of answers to JSON: numbers and times as numbers, so that no text hides one. */
const AS_JSON = { longs: Number, enums: String, bytes: String } as const;

/** A gRPC call and its answer, with messages as JSON; `undefined` when the status is from this side. */
export function toExchange(
  { path, answer }: RpcMethod,
  request: Request,
  { ended, message, date }: ReceivedAnswer,
): HttpExchange | undefined {
  if (readClientFailure(ended.details) !== undefined) return undefined;
  const retryAfterMs = retryDelay(ended);
  return {
    method: 'POST',
    path,
    query: Object.fromEntries(new URLSearchParams(routingOf(request))),
    requestBody: JSON.stringify(request),
    status: 200,
    headers: omitUndefined({
      'grpc-status': String(ended.code),
      date,
      'retry-after': retryAfterMs === undefined ? undefined : String(Math.ceil(retryAfterMs / 1_000)),
    }),
    body: message === undefined ? JSON.stringify({ message: ended.details }) : toJson(answer, message),
  };
}

/** The bytes of an answer that `toExchange` has made JSON of. @throws TypeError for what is no message */
export async function encodeAnswer(path: string, json: unknown): Promise<Uint8Array> {
  const method = Object.values(await rpcMethods()).find((known) => known.path === path);
  if (method === undefined) throw new TypeError(`Dataproc has no method ${path}`);
  return method.answer.encode(method.answer.fromObject(json as Request)).finish();
}

/** Without messages inside messages: these are bytes, which could hold anything, and nobody reads them. */
function toJson(type: RpcMethod['answer'], bytes: Buffer): string {
  const message = type.toObject(type.decode(bytes), AS_JSON);
  return JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'type_url' in value ? undefined : value,
  );
}
