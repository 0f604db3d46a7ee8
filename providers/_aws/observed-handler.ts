import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import type { HandleOptions, SdkRequest, SdkResponse } from './request-handler.ts';

/** What sends the SDK's requests. */
export interface Handler {
  handle(request: SdkRequest, options: HandleOptions): Promise<{ readonly response: SdkResponse }>;
}

/** A handler whose exchanges somebody sees. */
export function observedHandler(handler: Handler, observer: ExchangeObserver | undefined): Handler {
  if (observer === undefined) return handler;
  return {
    async handle(request, options) {
      const answer = await handler.handle(request, options);
      const { method, path, query = {}, headers, body = '' } = request;
      const { statusCode: status, headers: answered, body: bytes } = answer.response;
      observer.exchanged({
        method,
        path,
        query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value ?? ''].flat().join(',')])),
        target: headers['x-amz-target'] ?? headers['X-Amz-Target'],
        // The SDK warns about methods of its bodies that bytes do not have.
        requestBody: typeof body === 'string' ? body : new TextDecoder().decode(body),
        status,
        headers: answered,
        body: Buffer.from(bytes).toString(),
      });
      return answer;
    },
  };
}
