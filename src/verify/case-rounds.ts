import type { Clock } from '../contract/ports.ts';
import type { Session } from '../session/session.ts';
import { runCase } from './case-run.ts';
import { NotRun, type CaseTrial, type VerifyCase } from './case.ts';
import { PHASES } from './cases.ts';
import type { Evidence } from './evidence.ts';
import type { SessionFigures } from './figures.ts';
import type { OpenVerification } from './open-verification.ts';
import type { VerificationPlan } from './plan.ts';
import type { CaseReport } from './report.ts';
import type { Spending } from './spending.ts';
import { startRequest } from './start-request.ts';

/** How long a start waits for what the session before it has held, milliseconds. */
const QUOTA_LIMIT_MS = 2 * 60_000;

/** What the rounds work with and add to. */
export interface CaseRoundsParts {
  readonly open: OpenVerification;
  readonly plan: VerificationPlan;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly evidence: Evidence;
  readonly spending: Spending;
  readonly onStarted: (id: string) => void;
  readonly onRelease: (release: string | undefined) => void;
  readonly onProgress: (text: string) => void;
}

/** Runs the cases in one session, and repeats what is measured in more of them. */
export class CaseRounds {
  /** What came of the cases so far. */
  readonly results: CaseReport[] = [];
  /** What was measured in each session so far. */
  readonly figures: SessionFigures[] = [];
  readonly #parts: CaseRoundsParts;

  constructor(parts: CaseRoundsParts) {
    this.#parts = parts;
  }

  /** @throws SessionError `aborted`, `quota-exceeded` when the limit on spending is reached. */
  async run(cases: readonly VerifyCase[]): Promise<void> {
    const { open, plan, spending, onProgress } = this.#parts;
    const { repeat } = plan;
    for (let round = 1; round <= Math.max(1, repeat); round++) {
      spending.assertLeft();
      const figures: CaseTrial['figures'] = {};
      const trial = this.#trial(figures);
      const chosen = round === 1 ? cases : cases.filter(isMeasured);
      for (const each of PHASES.flatMap((phase) => chosen.filter((other) => other.phase === phase))) {
        onProgress(repeat > 1 ? `session ${round} of ${repeat}: ${each.title}` : each.title);
        this.#add(await runCase(each, trial, open.diagnosis?.permissions));
      }
      this.figures.push(figures);
      await this.#settle(trial);
    }
  }

  /** A case that failed in one of the sessions has failed. */
  #add(result: CaseReport): void {
    const at = this.results.findIndex(({ rule, title }) => rule === result.rule && title === result.title);
    if (at === -1) this.results.push(result);
    else if (result.outcome === 'failed' && this.results[at]?.outcome !== 'failed') this.results[at] = result;
  }

  #trial(figures: CaseTrial['figures']): CaseTrial {
    const { open, plan, clock, signal, evidence, spending, onStarted } = this.#parts;
    const { sessions, owner, diagnosis, callCount } = open;
    let session: Session | undefined;
    const start = async (): Promise<Session> => {
      const { name, size, idleTimeoutMs } = startRequest(open, plan);
      session = await sessions.start({
        name,
        size,
        idleTimeoutMs,
        // Where the service has no limit, a sweep ends the session after it.
        maxLifetimeMs: sessions.provider.capabilities.outlivesProcess ? plan.lifetimeMs : undefined,
        maxSpend: spending.leftOver,
        // Only the session of the probes is sure to release something.
        queueTimeoutMs: evidence.sessionId === undefined ? undefined : QUOTA_LIMIT_MS,
        signal,
      });
      onStarted(session.handle.id);
      return session;
    };
    return {
      sessions,
      provider: sessions.provider,
      clock,
      signal,
      unknownId: diagnosis?.unknownSessionId,
      owner,
      idleTimeoutMs: plan.idleTimeoutMs,
      evidence,
      figures,
      callCount,
      start,
      get session() {
        if (session === undefined || session.state === 'creating') throw new NotRun('no session is ready');
        return session;
      },
      get startedSession() {
        return session;
      },
    };
  }

  /** Ends the session of a round, and adds its cost. */
  async #settle({ startedSession: session }: CaseTrial): Promise<void> {
    if (session === undefined) return;
    const { clock, spending, onRelease } = this.#parts;
    // What cannot be ended here is ended, or reported, at the end.
    if (session.isAttached) await session.close().catch(() => {});
    const { status } = session;
    onRelease(status.details.engineVersion);
    spending.observe(status, clock.nowMs());
  }
}

/** Later sessions are for the figures: what they need, and their end. */
function isMeasured({ phase, area }: VerifyCase): boolean {
  return phase === 'start' || phase === 'end' || (phase === 'ready' && area === 'sql');
}
