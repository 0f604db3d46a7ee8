import { onAbort } from '../../src/provider-kit/on-abort.ts';

/** The calls of the service that we use, as its protos name them. */
export type MethodName =
  'createSession' | 'getSession' | 'listSessions' | 'terminateSession' | 'deleteSession' | 'getOperation';

/** What goes along with a call. */
export type Request = Readonly<Record<string, unknown>> & { readonly name?: string; readonly parent?: string };

/** Who calls, for the service's own statistics. @see https://cloud.google.com/apis/docs/system-parameters (read 2026-11-21) */
export const CALLER = `gl-node/${process.versions.node} anysession`;

/** By what the service routes a request. @see https://cloud.google.com/apis/docs/system-parameters (read 2026-11-21) */
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

let toldNext: (() => void)[] = [];

/**
 * Tells the answers of one turn of the event loop together, out of the turn in which they came: their connection is free again
 * then, and what their callers ask next leaves in one write. Asked for at once, it takes up to twice the time.
 */
function afterThisTurn(tell: () => void): void {
  if (toldNext.push(tell) > 1) return;
  setImmediate(() => {
    const told = toldNext;
    toldNext = [];
    for (const tellOne of told) tellOne();
  });
}
