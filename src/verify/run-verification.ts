import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { HANDLE_VERSION } from '../contract/session-handle.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { systemClock } from '../session/system-ports.ts';
import { CaseRounds } from './case-rounds.ts';
import { failureText } from './case-run.ts';
import type { VerifyCase } from './case.ts';
import { casesOf } from './cases.ts';
import { endOwnSessions, type EndingReport } from './ending.ts';
import { Evidence } from './evidence.ts';
import { summarize } from './figures.ts';
import { agreesWith, unknown, type Finding } from './finding.ts';
import { observeLong } from './observe-long.ts';
import { observeSession } from './observe-session.ts';
import { observeUnknown } from './observe-unknown.ts';
import { OBSERVERS } from './observers.ts';
import type { OpenVerification } from './open-verification.ts';
import type { VerificationPlan } from './plan.ts';
import type { Point } from './points/point.ts';
import { USUAL_PACE, type Pace, type ProbeRunParts } from './probe-run.ts';
import type { CaseReport, PointReport, VerificationReport } from './report.ts';
import type { Spending } from './spending.ts';
import { startRequest } from './start-request.ts';

/** How long the sessions are ended at the end, milliseconds. */
const ENDING_LIMIT_MS = 3 * 60_000;

/** What a verification ended with. */
export interface VerificationOutcome {
  readonly report: VerificationReport;
  /** What kept it from doing everything. */
  readonly error: Error | undefined;
}

/** How a verification runs. */
export interface VerificationOptions {
  readonly spending: Spending;
  readonly signal: AbortSignal;
  /** Called with what is being done. */
  readonly onProgress?: (text: string) => void;
  readonly pace?: Pace;
}

/** Carries out a plan. Ends every session that it started, whatever happens; what could not be ended is in the report. */
export async function runVerification(
  open: OpenVerification,
  plan: VerificationPlan,
  options: VerificationOptions,
): Promise<VerificationOutcome> {
  return new Verification(open, plan, options).run();
}

class Verification {
  readonly #open: OpenVerification;
  readonly #plan: VerificationPlan;
  readonly #options: VerificationOptions;
  readonly #spending: Spending;
  readonly #clock: Clock = systemClock;
  readonly #evidence = new Evidence();
  readonly #started = new Set<string>();
  readonly #throttles: (number | null)[] = [];
  readonly #date = new Date().toISOString();
  readonly #rounds: CaseRounds;
  #release: string | undefined;

  constructor(open: OpenVerification, plan: VerificationPlan, options: VerificationOptions) {
    this.#open = open;
    this.#plan = plan;
    this.#options = options;
    const { signal, spending } = options;
    this.#spending = spending;
    this.#rounds = new CaseRounds({
      open,
      plan,
      clock: this.#clock,
      signal,
      evidence: this.#evidence,
      spending,
      onStarted: (id) => void this.#started.add(id),
      onRelease: (release) => (this.#release ??= release),
      onProgress: (text) => {
        this.#progress(text);
      },
    });
  }

  async run(): Promise<VerificationOutcome> {
    const { provider } = this.#open.sessions;
    const cases = casesOf(this.#plan.areas, this.#plan.long !== undefined);
    let stopped: string | undefined;
    let failure: Error | undefined;
    try {
      await this.#probe();
      await this.#rounds.run(cases);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      stopped = this.#options.signal.aborted
        ? 'it was interrupted'
        : failureText(error, this.#open.diagnosis?.permissions);
    }
    this.#progress('ending the sessions');
    const signal = AbortSignal.timeout(ENDING_LIMIT_MS);
    const { left, unlisted } = await this.#endAll(signal);
    const seen = new Set(this.#rounds.results.map(({ rule, title }) => rule + title));
    const missing = cases.filter(({ rule, title }) => !seen.has(rule + title));
    const report: VerificationReport = {
      anysession: this.#open.anysession,
      date: this.#date,
      provider: provider.id,
      scope: provider.scope,
      ...regionOf(this.#open.config.providerConfig),
      ...(this.#release !== undefined && { release: this.#release }),
      ...(stopped !== undefined && { stopped }),
      cases: [...this.#rounds.results, ...missing.map((each) => notRun(each, stopped ?? 'it was not reached'))],
      points: this.#plan.points.map((point) => this.#pointReport(point)),
      figures: summarize(this.#rounds.figures),
      sessions: {
        started: this.#started.size,
        ended: this.#started.size - left.length,
        left,
        ...(unlisted && { unlisted: failureText(unlisted, this.#open.diagnosis?.permissions) }),
      },
      spent: this.#spending.report,
      throttles: this.#throttles,
    };
    return { report, error: failure };
  }

  /** Ends what runs. @param listAgainMs - the pause before the list has to show again that nothing runs */
  async #endAll(signal: AbortSignal, listAgainMs?: number): Promise<EndingReport> {
    if (this.#plan.sessions === 0) return { ended: [], left: [] };
    const { sessions, owner } = this.#open;
    const parts = {
      provider: sessions.provider,
      clock: this.#clock,
      signal,
      ...(listAgainMs !== undefined && { listAgainMs }),
    };
    return endOwnSessions(parts, owner, this.#started);
  }

  async #probe(): Promise<void> {
    const { openProbe, diagnosis, sessions } = this.#open;
    const { signal, pace = USUAL_PACE } = this.#options;
    const { points, probesSession } = this.#plan;
    if (openProbe === undefined || points.length === 0) return;
    const probe = openProbe();
    const { provider } = sessions;
    const onThrottled = (pauseMs: number | undefined): void => void this.#throttles.push(pauseMs ?? null);
    const parts: ProbeRunParts = { probe, clock: this.#clock, signal, pace, onThrottled };
    try {
      this.#progress('asking about a session that does not exist');
      if (diagnosis !== undefined)
        await observeUnknown(parts, { id: diagnosis.unknownSessionId, points }, this.#evidence);
      const session = {
        ...parts,
        provider,
        handleOf: (id: string) => ({ v: HANDLE_VERSION, provider: provider.id, scope: provider.scope, id }) as const,
        onStarted: (id: string) => void this.#started.add(id),
        onSeen: (seen: Observation) => {
          this.#release ??= seen.details.engineVersion;
          this.#spending.observe(seen, this.#clock.nowMs());
        },
      };
      if (probesSession) {
        this.#progress('probing a session');
        await observeSession({ ...session, request: startRequest(this.#open, this.#plan) }, this.#evidence);
        // The next session may need what this one holds.
        await this.#endAll(signal, 0);
      }
      const { long, expiry } = this.#plan;
      if (long === undefined) return;
      this.#progress('watching what takes long');
      const request = (runsUntilExpiry: boolean): StartRequest =>
        startRequest(this.#open, { ...this.#plan, ...(runsUntilExpiry && expiry) });
      await observeLong({ ...session, plan: long, request }, this.#evidence);
    } catch (error) {
      if (signal.aborted || this.#isSpent) throw error;
      this.#evidence.failures.set('start', failureText(error, diagnosis?.permissions));
    } finally {
      probe.close();
    }
    await this.#endAll(signal, 0);
  }

  get #isSpent(): boolean {
    return (this.#spending.leftOver ?? 1) <= 0;
  }

  #pointReport(point: Point): PointReport {
    const { option, question, area, treatment, assumed } = point;
    const finding: Finding =
      treatment.kind === 'not-probed' || (treatment.kind === 'long' && this.#plan.long === undefined)
        ? { outcome: treatment.kind, why: treatment.why }
        : this.#open.openProbe === undefined
          ? unknown('this provider has no probes')
          : OBSERVERS[treatment.observer](this.#evidence, point);
    const agrees = agreesWith(finding, assumed);
    return { option, question, area, finding, assumed, ...(agrees !== undefined && { agrees }) };
  }

  #progress(text: string): void {
    this.#options.onProgress?.(text);
  }
}

function notRun({ rule, title, area }: VerifyCase, why: string): CaseReport {
  return { rule, title, area, outcome: 'not-run', evidence: why };
}

function regionOf(providerConfig: unknown): { readonly region?: string } {
  const { region } = Object(providerConfig) as { readonly region?: unknown };
  return typeof region === 'string' ? { region } : {};
}
