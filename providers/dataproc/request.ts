import { onAbort } from '../../src/provider-kit/on-abort.ts';

/** The methods of the service that we use, as in its protos. */
export type MethodName =
  'createSession' | 'getSession' | 'listSessions' | 'terminateSession' | 'deleteSession' | 'getOperation';

/** The request message of a method. */
export type Request = Readonly<Record<string, unknown>> & { readonly name?: string; readonly parent?: string };

/** The caller, for the service's statistics. @see https://cloud.google.com/apis/docs/system-parameters (read 2026-11-21) */
export const CALLER = `gl-node/${process.versions.node} anysession`;

/** The routing header of a request. @see https://cloud.google.com/apis/docs/system-parameters (read 2026-11-21) */
export function routingOf({ name, parent = '' }: Request): string {
  return name === undefined ? `parent=${encodeURIComponent(parent)}` : `name=${encodeURIComponent(name)}`;
}

/** Sends a request and returns the way to stop it. */
export type Send = (answered: (error: unknown, answer: unknown) => void) => () => void;

/** Sends one request and waits for its answer; an abort stops it. */
export function sendUntilAborted(signal: AbortSignal, send: Send): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let stop = (): void => {};
    const stopListening = onAbort(signal, () => {
      stop();
    });
    try {
      stop = send((error, answer) => {
        stopListening();
        afterThisTurn(() => {
          if (error === null || error === undefined) resolve(answer);
          // What the SDK rejects with is read by the error table.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          else reject(error);
        });
      });
    } catch (error) {
      stopListening();
      throw error;
    }
  });
}

let waiting: (() => void)[] = [];

/**
 * Delivers the answers of one turn of the event loop together, after that turn: the connection is free then, and the next
 * requests of the callers leave in one write. Delivered at once, they take up to twice the time.
 */
function afterThisTurn(deliver: () => void): void {
  if (waiting.push(deliver) > 1) return;
  setImmediate(() => {
    const delivered = waiting;
    waiting = [];
    for (const deliverOne of delivered) deliverOne();
  });
}
