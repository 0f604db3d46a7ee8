import type { RequestObserver, ServiceRequest } from '../contract/ports.ts';

/** Sends a request that an observer sees and may stop. @param idOf - the service's id of the request, in its answer */
export async function observedRequest<Answer>(
  observer: RequestObserver | undefined,
  request: ServiceRequest,
  send: () => Promise<Answer>,
  idOf: (answer: Answer) => string | undefined = () => undefined,
): Promise<Answer> {
  if (observer === undefined) return send();
  observer.sends(request);
  // A request takes real time, whatever clock the caller has.
  const startedMs = performance.now();
  const answer = await send();
  const requestId = idOf(answer);
  observer.answered(request, { tookMs: performance.now() - startedMs, ...(requestId !== undefined && { requestId }) });
  return answer;
}
