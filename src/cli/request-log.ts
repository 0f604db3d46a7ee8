import type { Logger, RequestObserver } from '../contract/ports.ts';

/** Writes a line for each request that a service has answered, with the id by which the service's support finds it. */
export function requestLog(logger: Logger): RequestObserver {
  return {
    sends: () => {},
    answered({ name }, { tookMs, requestId }) {
      logger.debug(
        { ...(requestId !== undefined && { requestId }) },
        `${name} was answered in ${Math.round(tookMs)} ms`,
      );
    },
  };
}
