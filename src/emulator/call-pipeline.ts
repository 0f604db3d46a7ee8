import { accessKeyOf, requireCurrent, requireSignature, type SignatureRules } from './aws/aws-signature.ts';
import { maskProperties, type CallLog, type OpenCallRecord } from './call-log.ts';
import type { FaultScript } from './fault-script.ts';
import type { Fault, FaultEffect } from './fault.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { BrokenConstraints, readInput, WrongType } from './read-input.ts';
import type { SeededRandom } from './seeded-random.ts';
import { ServiceError, type EmulatedService, type EmulatedSession, type RoutedCall } from './service.ts';
import type { Timeline } from './timeline.ts';
import { header, type Delivery, type WireAnswer, type WireRequest } from './wire.ts';

export interface PipelineParts {
  readonly service: EmulatedService;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly faults: FaultScript;
  readonly limiter: RateLimiter;
  readonly log: CallLog;
  readonly signature: Pick<SignatureRules, 'region' | 'signature'>;
}

type Struck = { readonly [Kind in FaultEffect['kind']]?: Extract<Fault, { readonly kind: Kind }> };

/** Answers one request: signature, faults and rates before the effect, the operation, faults after it. */
export function answerCall(parts: PipelineParts, request: WireRequest): Delivery {
  const { service, timeline, random, log } = parts;
  timeline.settle();
  const requestId = random.uuid();
  const record = log.open({
    atMs: timeline.nowMs(),
    service: service.id,
    invocationId: header(request, 'amz-sdk-invocation-id'),
    attempt: header(request, 'amz-sdk-request'),
    userAgent: header(request, 'user-agent'),
    requestId,
  });
  const delivery = run(parts, request, record);
  record.delivery = delivery.how;
  log.handled(record);
  if (delivery.how !== 'answer') return delivery;
  // Services date their answers by the clock that their sessions live by.
  return { ...delivery, answer: dated(delivery.answer, timeline.nowMs()) };
}

function run(parts: PipelineParts, request: WireRequest, record: OpenCallRecord): Delivery {
  const { service } = parts;
  const refuse = (error: unknown): WireAnswer => {
    if (!(error instanceof ServiceError)) throw error;
    record.httpStatus = error.httpStatus;
    record.errorCode = error.code;
    return service.protocol.refuse(error, record.requestId);
  };
  try {
    // Before the route, so that a client of another service reads what is wrong and not that its operation is unknown.
    const { signingName } = service;
    if (signingName !== undefined) requireSignature(request, { ...parts.signature, signingName }, service.errors);
    const routed = service.protocol.route(request);
    record.operation = routed.operation;
    const faults = parts.faults.strike(service.id, routed.operation, accessKeyOf(request));
    const struck: Struck = Object.fromEntries(faults.map((fault) => [fault.kind, fault]));
    record.faults = Object.keys(struck);
    const skewed = struck['clock-skew'];
    if (struck.reset?.when === 'before') return { how: 'reset' };
    if (struck.html !== undefined) {
      record.httpStatus = HTML_ANSWER.status;
      return { how: 'answer', answer: HTML_ANSWER, delayMs: 0 };
    }
    let answer: WireAnswer;
    try {
      if (skewed !== undefined) requireCurrent(request, Date.now() + skewed.byMs, service);
      answer = perform(parts, routed, { record, struck });
    } catch (error) {
      answer = refuse(error);
    }
    if (skewed !== undefined) answer = dated(answer, Date.now() + skewed.byMs);
    if (struck.reset !== undefined) return { how: 'reset' };
    if (struck['lost-answer'] !== undefined) return { how: 'silence' };
    return { how: 'answer', answer, delayMs: struck.slow?.delayMs ?? 0 };
  } catch (error) {
    return { how: 'answer', answer: refuse(error), delayMs: 0 };
  }
}

function perform(
  parts: PipelineParts,
  routed: RoutedCall,
  { record, struck }: { readonly record: OpenCallRecord; readonly struck: Struck },
): WireAnswer {
  const { service } = parts;
  refuseByFault(service, struck);
  if (!parts.limiter.admits(service.quotaOf?.(routed.operation) ?? routed.operation)) throw service.errors.throttled();
  const input = read(service, routed);
  record.input = maskProperties(input);
  record.token = tokenOf(service, input);
  let touched: EmulatedSession | undefined;
  const failure = struck['calculation-fails'];
  const output = routed.definition.run(input, {
    operation: routed.operation,
    emptyPage: struck['empty-page'] && (struck['empty-page'].last === true ? 'last' : 'with-token'),
    calculationFailure: failure && (failure.reason ?? 'The calculation failed.'),
    touches(session) {
      touched = session;
      record.sessionId = session.id;
    },
  });
  if (touched !== undefined) disturb(touched, struck);
  const { status = 200 } = routed;
  record.httpStatus = status;
  const shown = withUnknownStates(output, struck['unknown-state']?.state);
  return service.protocol.answer(routed.encode?.(shown) ?? shown, record.requestId, status);
}

/** Writes the date of an answer that has none. */
function dated(answer: WireAnswer, nowMs: number): WireAnswer {
  return { ...answer, headers: { date: new Date(nowMs).toUTCString(), ...answer.headers } };
}

/** Faults that are an error answer and nothing else. */
function refuseByFault({ errors }: EmulatedService, struck: Struck): void {
  if (struck.throttle !== undefined) {
    const { code, httpStatus, message, members } = errors.throttled();
    throw new ServiceError(code, httpStatus, message, { members, headers: retryAfter(struck.throttle.retryAfterMs) });
  }
  if (struck['server-error'] !== undefined) throw errors.internal();
  if (struck.error !== undefined) {
    const { code, httpStatus, message = `${code}, from the fault script.` } = struck.error;
    throw new ServiceError(code, httpStatus, message);
  }
}

/** Whole seconds fit the standard header; AWS clients read milliseconds from their own. */
function retryAfter(ms: number | undefined): Readonly<Record<string, string>> {
  if (ms === undefined) return {};
  return ms % 1000 === 0 ? { 'retry-after': String(ms / 1000) } : { 'x-amz-retry-after': String(ms) };
}

function read({ errors }: EmulatedService, routed: RoutedCall): unknown {
  try {
    return readInput(routed.definition.input, routed.members());
  } catch (error) {
    if (error instanceof BrokenConstraints) throw errors.invalid(error.message);
    if (error instanceof WrongType) throw errors.unreadable(error.message);
    if (error instanceof SyntaxError || error instanceof URIError) {
      throw errors.unreadable('The request cannot be read.');
    }
    throw error;
  }
}

function tokenOf({ tokenMember }: EmulatedService, input: unknown): string | undefined {
  return tokenMember === undefined ? undefined : (input as Readonly<Record<string, string | undefined>>)[tokenMember];
}

function disturb(session: EmulatedSession, struck: Struck): void {
  const becomes = struck['session-becomes'];
  if (becomes !== undefined) session.become(becomes.state, { reason: becomes.reason, afterMs: becomes.afterMs ?? 0 });
  const vanishes = struck['session-vanishes'];
  if (vanishes !== undefined) session.vanish(vanishes.afterMs ?? 0);
}

/** The members with a state in the answers of the services. */
const STATE_MEMBERS = new Set(['State', 'state', 'Status', 'status']);

function withUnknownStates(output: object, state: string | undefined): object {
  if (state === undefined) return output;
  return JSON.parse(
    JSON.stringify(output, (name, value: unknown) =>
      STATE_MEMBERS.has(name) && typeof value === 'string' ? state : value,
    ),
  ) as object;
}

const HTML_ANSWER: WireAnswer = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>503 Service Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>\n',
};
