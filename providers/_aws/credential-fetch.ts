import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onAbort } from '../../src/provider-kit/on-abort.ts';
import { endProcessTree } from './end-process-tree.ts';
import type { HandleOptions, RequestHandler, SdkRequest, SdkResponse } from './request-handler.ts';

/** The last request that a fetch of credentials made, and the status of its answer if it has one. */
export interface Exchange {
  readonly service: string;
  readonly operation: string;
  readonly httpStatus?: number | undefined;
}

/** One fetch of credentials: everything that it starts stops when its signal aborts. */
export interface CredentialFetch {
  readonly signal: AbortSignal;
  exchange?: Exchange | undefined;
  /** Why sources of the chain gave no keys, as the SDK logs it. */
  readonly reasons: string[];
}

const fetches = new AsyncLocalStorage<CredentialFetch | undefined>();

/**
 * Runs the SDK's credential chain. The chain takes no signal, so this finds what it starts by Node's own channels: its processes and
 * its requests end with the fetch. A process stays in our process group, because it may ask for an MFA code on the terminal.
 * @see https://nodejs.org/api/diagnostics_channel.html#built-in-channels (read 2026-11-30)
 */
export async function runFetch<Keys>(fetch: CredentialFetch, chain: () => Promise<Keys>): Promise<Keys> {
  const listeners = Object.entries({
    child_process({ process: child }: { readonly process: ChildProcess }) {
      child.once('spawn', () => onAbort(fetch.signal, () => endProcessTree(child)));
    },
    'http.client.request.start'({ request }: { readonly request: ClientRequest }) {
      onAbort(fetch.signal, () => request.destroy());
      fetch.exchange = machineExchange(request);
    },
    'http.client.response.finish'({
      request,
      response,
    }: Record<'request', ClientRequest> & { response: IncomingMessage }) {
      fetch.exchange = machineExchange(request, response.statusCode);
    },
  }).map(([channel, listen]) => {
    const inFetch = (message: unknown): void => {
      if (fetches.getStore() === fetch) listen(message as never);
    };
    return { channel, inFetch };
  });
  for (const { channel, inFetch } of listeners) subscribe(channel, inFetch);
  try {
    return await fetches.run(fetch, chain);
  } finally {
    for (const { channel, inFetch } of listeners) unsubscribe(channel, inFetch);
  }
}

/**
 * A request for the credentials of this machine. Without an answer it tells nothing about instance metadata: most machines have none.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html (read 2026-11-30)
 */
function machineExchange({ host, path }: ClientRequest, httpStatus?: number): Exchange | undefined {
  if (!path.startsWith('/latest/'))
    return { service: `the container's credentials endpoint ${host}`, operation: path, httpStatus };
  return httpStatus === undefined ? undefined : { service: 'EC2 instance metadata', operation: path, httpStatus };
}

/** What the SDK's providers log when they have no keys and the next one is asked. */
const REASON = /^@smithy\/property-provider -> (.*)/s;

/** Keeps the reasons for the error, and the SDK's warnings off stderr. */
export const credentialLogger = Object.freeze({
  debug(text: unknown) {
    const reason = typeof text === 'string' ? REASON.exec(text)?.[1] : undefined;
    if (reason !== undefined) fetches.getStore()?.reasons.push(reason);
  },
  info() {},
  warn() {},
  error() {},
});

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
      // Outside of the fetch, whose channels would take the request for one of the machine's.
      const send = () => this.#handler.handle(request, { abortSignal: AbortSignal.any(signals) });
      const answer = await fetches.run(undefined, send);
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
