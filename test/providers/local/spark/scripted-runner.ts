import { onAbort } from '../../../../src/provider-kit/on-abort.ts';
import { SessionError } from '../../../../src/contract/session-error.ts';
import { abortedError } from '../../../../src/provider-kit/aborted-error.ts';
import type { ConnectEndpoint } from '../../../../src/contract/session-provider.ts';
import type { EndpointSource, SparkConnectRunner } from '../../../../src/contract/spark-connect.ts';
import type { StatementExecution } from '../../../../src/contract/statement-runner.ts';

/** The calls to all runners of a test. */
export class RunnerLog {
  readonly statements: string[] = [];
  readonly endpoints: ConnectEndpoint[] = [];
  /** Executions that are not closed. */
  open = 0;
  closedRunners = 0;

  /** A Spark Connect client without connections; the text of a statement says what happens to it. */
  readonly factory = (endpointOf: EndpointSource): SparkConnectRunner => ({
    execute: async (handle, { text }, call) => {
      this.statements.push(text);
      this.endpoints.push(await endpointOf(handle, call));
      if (text.startsWith('REFUSED'))
        throw new SessionError('invalid-request', 'Spark refuses it', { operation: 'execute' });
      if (text.startsWith('LOST'))
        throw new SessionError('session-failed', 'the engine has stopped working', { operation: 'execute' });
      if (text.startsWith('HANGS')) await untilAborted(call.signal);
      return this.#execution(text);
    },
    progress: () => ({ fraction: 0.5 }),
    connect: () => Promise.reject(new Error('unused')),
    settings: async () => ({
      get: async () => undefined,
      set: async (key, value) => {
        if (key === 'static')
          throw new SessionError('invalid-request', 'it cannot be changed', { operation: 'execute' });
        this.statements.push(`${key} = ${value}`);
      },
      unset: async () => {},
    }),
    release: async () => {},
    close: async () => {
      this.closedRunners += 1;
    },
  });

  #execution(text: string): StatementExecution {
    this.open += 1;
    let isOpen = true;
    return {
      fields: [],
      async *batches() {
        yield { rowCount: 1, columns: [] };
        if (text.startsWith('BREAKS'))
          throw new SessionError('session-failed', 'it broke off', { operation: 'execute' });
        yield { rowCount: 2, columns: [] };
      },
      close: async () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => reject(abortedError('execute', signal)));
  });
}
