import type { SdkError } from './sdk-error.ts';

/** What services answer to a signature whose time is too far from theirs. @see the SDK's `CLOCK_SKEW_ERROR_CODES` (read 2026-11-30) */
const CLOCK_CODES: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** Services allow 5 minutes. The SDK takes 4 for a wrong clock, and less for the time that an answer took. */
const SKEW_MS = 4 * 60_000;
const MINUTE_MS = 60_000;

/** A service refused a request because of this machine's clock, and refused it again with a corrected time. */
export class ClockError extends Error {
  /** @param offsetMs - the service's time minus this machine's, by the `Date` of the answer */
  constructor(cause: Error, offsetMs: number) {
    const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
    const direction = offsetMs > 0 ? 'behind' : 'ahead of';
    super(`this machine's clock is ${minutes} min ${direction} the service's (${cause.message})`, { cause });
    this.name = 'ClockError';
  }
}

/** Whether the SDK has corrected its time by this refusal, so that the same request can succeed. */
export function isClockCorrected(error: SdkError): boolean {
  return CLOCK_CODES.has(error.name) && error.$metadata?.clockSkewCorrected === true;
}

/** A signature for another region or service, which has the same code: the clock is not its reason. */
const SCOPE = /\bCredential should be scoped\b/i;

/** Names the clock where the time was the reason of a refusal. */
export function namingClock(error: SdkError, offsetMs: number): Error {
  const isAboutTime = CLOCK_CODES.has(error.name) && !SCOPE.test(error.message);
  return isAboutTime && Math.abs(offsetMs) >= SKEW_MS ? new ClockError(error, offsetMs) : error;
}

/** Whether a refusal is about the time, as far as its text says. */
export function isAboutClock(code: string, message: string): boolean {
  return (
    CLOCK_CODES.has(code) &&
    /clock|signature (?:expired|not yet current)|skewed|^Request(?:Expired|InThe)/i.test(`${code} ${message}`)
  );
}
