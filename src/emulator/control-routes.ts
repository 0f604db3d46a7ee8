import { SessionError } from '../contract/session-error.ts';
import type { Emulator } from './emulator.ts';
import type { Fault } from './fault.ts';
import { isLoopback } from '../provider-kit/is-loopback.ts';
import { header, type Delivery, type WireRequest } from './wire.ts';

/** The prefix of the control routes; no service has such a path. */
export const CONTROL_PREFIX = '/__emulator/';

/**
 * The emulator's own routes on every port, for other processes of this machine. A web page cannot use them: browsers send its
 * origin, and a site that resolves to this machine sends its own name as the host.
 */
export function answerControl(emulator: Emulator, request: WireRequest): Delivery {
  const refusal = whyRefused(request);
  if (refusal !== undefined) return json(...refusal);
  try {
    const route = `${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`;
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
    const answer = handle(emulator, route, body);
    return answer === undefined
      ? json(404, { message: `There is no ${request.method} ${request.path}.` })
      : json(200, answer);
  } catch (error) {
    if (SessionError.is(error)) return json(400, error.toJSON());
    if (error instanceof SyntaxError) return json(400, { message: 'The body is not JSON.' });
    throw error;
  }
}

function whyRefused(request: WireRequest): readonly [status: number, body: object] | undefined {
  const [host = '', origin] = [header(request, 'host'), header(request, 'origin')];
  if (!isLoopback(host.replace(/:\d+$/, ''))) {
    return [403, { message: `The host must be 127.0.0.1 or localhost; found ${JSON.stringify(host)}.` }];
  }
  if (origin !== undefined) {
    return [403, { message: `Web pages have no access; found the origin ${JSON.stringify(origin)}.` }];
  }
  const [type = ''] = (header(request, 'content-type') ?? '').split(';');
  if (request.method !== 'POST' || type.trim().toLowerCase() === 'application/json') return undefined;
  return [415, { message: `Set the header content-type to application/json; found ${JSON.stringify(type)}.` }];
}

function handle(emulator: Emulator, route: string, body: unknown): object | undefined {
  switch (route) {
    case 'GET log':
      return emulator.log();
    case 'GET oracle': {
      const sessions = emulator.oracle.sessions();
      return {
        sessions,
        batches: emulator.oracle.batches(),
        calculations: emulator.oracle.calculations(),
        live: sessions.filter((session) => session.live).length,
        billedSeconds: emulator.oracle.billedSeconds(),
      };
    }
    case 'POST advance':
      emulator.advance(member(body, 'ms'));
      return { nowMs: emulator.nowMs() };
    case 'POST faults':
      emulator.faults.add(...toFaults(body));
      return { pending: emulator.faults.pending() };
    case 'DELETE faults':
      emulator.faults.clear();
      return { pending: [] };
    case 'POST busy':
      emulator.setBusy(member(body, 'sessionId'), member(body, 'busy'));
      return {};
    default:
      return undefined;
  }
}

/** More than any test needs, and few enough to pass as arguments. */
const MAX_FAULTS = 10_000;

function toFaults(body: unknown): readonly Fault[] {
  const faults = (Array.isArray(body) ? body : [body]) as Fault[];
  if (faults.length <= MAX_FAULTS) return faults;
  const message = `The body has ${faults.length} faults; the limit is ${MAX_FAULTS}.`;
  throw new SessionError('config-invalid', message, { operation: 'emulator control' });
}

interface Members {
  readonly ms: number;
  readonly sessionId: string;
  readonly busy: boolean;
}

const MEMBER_TYPES: Readonly<Record<keyof Members, string>> = { ms: 'number', sessionId: 'string', busy: 'boolean' };

function member<Name extends keyof Members>(body: unknown, name: Name): Members[Name] {
  const value = typeof body === 'object' && body !== null ? (body as Partial<Members>)[name] : undefined;
  if (typeof value === MEMBER_TYPES[name]) return value as Members[Name];
  const message = `The body needs a member '${name}' of type ${MEMBER_TYPES[name]}.`;
  throw new SessionError('config-invalid', message, { operation: 'emulator control' });
}

function json(status: number, body: object): Delivery {
  return {
    how: 'answer',
    answer: { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    delayMs: 0,
  };
}
