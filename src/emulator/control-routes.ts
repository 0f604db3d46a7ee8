import { SessionError } from '../contract/session-error.ts';
import type { Emulator } from './emulator.ts';
import type { Fault } from './fault.ts';
import type { Delivery, WireRequest } from './wire.ts';

/** The prefix of the control routes; no service has such a path. */
export const CONTROL_PREFIX = '/__emulator/';

/** The emulator's own routes on every port, for other processes. */
export function answerControl(emulator: Emulator, request: WireRequest): Delivery {
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
      emulator.faults.add(...((Array.isArray(body) ? body : [body]) as Fault[]));
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
