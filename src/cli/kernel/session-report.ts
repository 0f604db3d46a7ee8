import { ageOf, type Cost } from '../../cost/cost.ts';
import { toMoney } from '../../cost/money.ts';
import { durationText } from '../../provider-kit/duration-text.ts';
import { SessionError } from '../../contract/session-error.ts';
import { systemClock } from '../../session/system-ports.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { usageText } from '../../cost/usage-text.ts';

/** What a notebook shows about a session. */
export interface SessionReport {
  readonly id?: string;
  /** The state, or `starting` before the service has answered. */
  readonly state: string;
  readonly text: string;
}

/** A cost is as good as new for this long, milliseconds: asking for it describes the session. Kernels ask after cells, and seldom during them. */
const COST_FRESH_MS = 1_000;

/** Returns what reports on sessions: their state, age, usage and cost in one line. */
export function sessionReports(sessions: Sessions): (session: Session | undefined) => Promise<SessionReport> {
  const costs = new Map<Session, { readonly atMs: number; readonly cost: Promise<Cost> }>();
  const costOfSession = (session: Session): Promise<Cost> => {
    const nowMs = systemClock.monotonicMs();
    const known = costs.get(session);
    if (known !== undefined && nowMs - known.atMs < COST_FRESH_MS) return known.cost;
    const cost = session.cost().catch((error: unknown): Cost => {
      return { known: false, why: SessionError.is(error) ? error.kind : 'it cannot be read' };
    });
    costs.set(session, { atMs: nowMs, cost });
    return cost;
  };
  return async (session) => {
    const { environment, provider } = sessions;
    if (session === undefined) {
      return { state: 'starting', text: `${environment}: starting a session on ${provider.id}` };
    }
    const { id } = session.handle;
    const { estimate } = session;
    const name = `${environment}: session ${id}`;
    if (session.state === 'creating') {
      // The notebook adds the time so far.
      const usually = estimate === undefined ? '' : `, ${estimate.text.replace(/, now .*/, '')}`;
      const text = `${name} is creating${usually}`;
      return { id, state: session.state, text };
    }
    const { usageUnits } = provider.capabilities;
    const cost = usageUnits.length === 0 ? undefined : await costOfSession(session);
    // The cost was read with a describe: the state is that of now.
    const { status } = session;
    const ageMs = ageOf(status, systemClock.nowMs());
    const parts = [
      `${name} ${status.final ? `has ended (${status.reason ?? status.nativeState})` : `is ${status.state}`}`,
      ...(ageMs === undefined ? [] : [`age ${durationText(ageMs)}`]),
      ...(status.details.usage === undefined ? [] : [usageText(status.details.usage)].filter((text) => text !== '')),
      ...(cost === undefined ? [] : [cost.known ? toMoney(cost.amount, cost.currency) : 'cost unknown']),
    ];
    return { id, state: status.state, text: parts.join(' · ') };
  };
}
