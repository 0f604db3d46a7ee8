import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onAbort } from '../../src/provider-kit/on-abort.ts';
import { endProcessTree } from './end-process-tree.ts';
import type { HandleOptions, RequestHandler, SdkRequest, SdkResponse } from './request-handler.ts';

/** The last request that a fetch of credentials made, and the status of its answer if it has one. */
export interface Exchange {
  readonly service: string;
  readonly operation: string;
  readonly httpStatus?: number;
}

/** One fetch of credentials: everything that it starts stops when its signal aborts. */
export interface CredentialFetch {
  readonly signal: AbortSignal;
  exchange?: Exchange;
}

const fetches = new AsyncLocalStorage<CredentialFetch>();

/**
 * Runs the SDK's credential chain. The chain takes no signal, so this finds what it starts: its requests by the handler below, and the
 * process of `credential_process` by Node's own channel for new processes. That process stays in our process group, because it may ask
 * for an MFA code on the terminal.
 * @see https://nodejs.org/api/diagnostics_channel.html#event-child_process (read 2026-11-30)
 */
export async function runFetch<Keys>(fetch: CredentialFetch, chain: () => Promise<Keys>): Promise<Keys> {
  const endWithFetch = (message: unknown): void => {
    if (fetches.getStore() !== fetch) return;
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => onAbort(fetch.signal, () => endProcessTree(child)));
  };
  subscribe('child_process', endWithFetch);
  try {
    return await fetches.run(fetch, chain);
  } finally {
    unsubscribe('child_process', endWithFetch);
  }
}

/** STS and IAM Identity Center answer within a second; the retry layer repeats what is lost. */
const ANSWER_LIMIT_MS = 10_000;

/** Sends the requests of the credential chain: they end with their fetch, and a failure knows the service it belongs to. */
export class CredentialRequestHandler {
  readonly metadata;
  readonly #handler: RequestHandler;

  constructor(handler: RequestHandler) {
    this.metadata = handler.metadata;
    this.#handler = handler;
  }

  async handle(request: SdkRequest, { abortSignal }: HandleOptions = {}): Promise<{ response: SdkResponse }> {
    const fetch = fetches.getStore();
    const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const signals = [limit, fetch?.signal, abortSignal].filter((signal) => signal instanceof AbortSignal);
    const asked = recipientOf(request);
    if (fetch !== undefined) fetch.exchange = asked;
    try {
      const answer = await this.#handler.handle(request, { abortSignal: AbortSignal.any(signals) });
      if (fetch !== undefined) fetch.exchange = { ...asked, httpStatus: answer.response.statusCode };
      return answer;
    } catch (error) {
      if (!limit.aborted) throw error;
      throw Object.assign(new Error(`no answer within ${ANSWER_LIMIT_MS / 1000} s`), { code: 'ETIMEDOUT' });
    }
  }

  /** The connections belong to the client that needs the credentials. */
  destroy(): void {}

  /** Required by the SDK; nothing can be changed. */
  updateHttpClientConfig(): void {}

  /** Required by the SDK. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

/**
 * The service that a request of the chain is for. A host name cannot tell: it may be an endpoint of one's own.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (`Action`, read 2026-11-30)
 * @see https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html (read 2026-11-30)
 */
function recipientOf({ hostname, path, body = '' }: SdkRequest): Exchange {
  const action = /(?:^|&)Action=(\w+)/.exec(Buffer.from(body).toString())?.[1];
  if (action !== undefined) return { service: 'STS', operation: action };
  if (path.startsWith('/federation/')) return { service: 'IAM Identity Center', operation: 'GetRoleCredentials' };
  if (path === '/token') return { service: 'IAM Identity Center', operation: 'CreateToken' };
  return { service: hostname, operation: path };
}
