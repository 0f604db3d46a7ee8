import type * as grpc from '@grpc/grpc-js';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { Request } from './request.ts';

/** One method on the wire. */
export interface UnaryMethod {
  readonly path: string;
  readonly serialize: (request: Request) => Buffer;
  readonly deserialize: (bytes: Buffer) => unknown;
}

/** A request and the callback for its end. */
export interface UnaryCall {
  readonly request: Request;
  readonly metadata: grpc.Metadata;
  readonly answered: (error: unknown, answer: unknown) => void;
  /** Called before `answered` with what was received. */
  readonly received?: ((answer: ReceivedAnswer) => void) | undefined;
}

/** What a call has received. */
export interface ReceivedAnswer {
  readonly ended: grpc.StatusObject;
  readonly message: Buffer | undefined;
  readonly date: string | undefined;
}

/** Sends one request and returns the way to stop it. */
export type SendUnary = (method: UnaryMethod, call: UnaryCall) => () => void;

/**
 * Makes unary calls on the channel itself: gRPC's client builds interceptors, an emitter and an error with the caller's stack
 * for each call, which are not needed here and cost a tenth of the call.
 * Decision 17: docs/decisions/0017-grpc-calls-use-the-channel.md
 */
export function unaryOn(
  channel: grpc.Channel,
  { status }: typeof grpc,
  explain: (details: string) => string = (details) => details,
  time?: ServiceTime,
): SendUnary {
  const read = ({ deserialize }: UnaryMethod, message: Buffer | undefined, ended: grpc.StatusObject): Outcome => {
    if (ended.code !== status.OK) return { error: toError({ ...ended, details: explain(ended.details) }) };
    if (message === undefined)
      return { error: toError({ code: status.INTERNAL, details: 'the answer had no message' }) };
    try {
      return { answer: deserialize(message) };
    } catch (cause) {
      const details = `the answer cannot be read: ${String(cause)}`;
      return { error: toError({ code: status.INTERNAL, details }) };
    }
  };
  return (method, { request, metadata, answered, received: observe }) => {
    const bytes = method.serialize(request);
    // No deadline: the caller cancels the call.
    const call = channel.createCall(method.path, Number.POSITIVE_INFINITY, null, null, null);
    let message: Buffer | undefined;
    let date: string | undefined;
    call.start(metadata, {
      onReceiveMetadata(received) {
        date = received.get('date')[0]?.toString();
      },
      onReceiveMessage(received: Buffer) {
        message = received;
      },
      onReceiveStatus(ended) {
        observe?.({ ended, message, date });
        const { error, answer } = read(method, message, ended);
        if (error === undefined) time?.answered(date);
        answered(error, answer);
      },
    });
    call.startRead();
    call.sendMessageWithContext({}, bytes);
    call.halfClose();
    return () => {
      call.cancelWithStatus(status.CANCELLED, 'the caller no longer needs the answer');
    };
  };
}

/** How a call ended: one of the members is present. */
interface Outcome {
  readonly error?: Error;
  readonly answer?: unknown;
}

/** An error with the members of gRPC's client errors. */
function toError(ended: Partial<grpc.StatusObject>): Error {
  return Object.assign(new Error(ended.details), ended);
}
