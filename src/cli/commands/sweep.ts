import { SessionError } from '../../contract/session-error.ts';
import { DecisionMemory } from '../../ownership/decision-memory.ts';
import type { SweepDecision, SweepReport } from '../../ownership/sweep-decision.ts';
import { throwIfAborted } from '../../provider-kit/aborted-error.ts';
import { sleep } from '../../provider-kit/sleep.ts';
import type { Sessions } from '../../session/sessions.ts';
import { systemClock } from '../../session/system-ports.ts';
import { chooseEnvironment } from '../chosen-environment.ts';
import { reportError } from '../error-report.ts';
import { printTable } from '../table.ts';
import { note, print, printJson, warn, type CommandContext } from '../terminal.ts';
import { commandLogger } from '../command-logger.ts';

/** The options of `anysession sweep`. */
interface SweepCommandOptions {
  readonly dryRun?: boolean;
  /** The pause between two sweeps, milliseconds. */
  readonly watch?: number;
  readonly allEnvironments?: boolean;
}

/**
 * Sweeps the environment, or all of them, once or until a signal. Prints one decision per session; with `--watch` only those that
 * are new.
 * @throws SessionError what kept an environment from being swept or a session from being ended; AggregateError for several. With
 * `--watch` they are printed, and the next sweep tries again.
 */
export async function runSweep(context: CommandContext, options: SweepCommandOptions): Promise<void> {
  const { signal } = context.terminal;
  const places = (await environmentsOf(context, options)).map((environment) => new Place(context, environment));
  try {
    const memory = new DecisionMemory();
    if (options.watch === undefined) await sweepOnce(context, places, options);
    while (options.watch !== undefined) {
      await sweepAgain(context, places, options, memory);
      await sleep(systemClock, options.watch, signal);
    }
  } catch (error) {
    // A signal is the way to end a watch.
    if (options.watch === undefined || !signal.aborted) throw error;
  } finally {
    await Promise.all(places.map((place) => place.close()));
  }
}

/** One environment, opened at its first sweep that succeeds in that. */
class Place {
  readonly #context: CommandContext;
  readonly #environment: string | undefined;
  #sessions: Sessions | undefined;

  constructor(context: CommandContext, environment: string | undefined) {
    this.#context = context;
    this.#environment = environment;
  }

  async sweep({ dryRun = false }: SweepCommandOptions): Promise<SweepReport> {
    const { signal } = this.#context.terminal;
    return (await this.open()).sweep({ dryRun, signal });
  }

  /** Opens it unless it is open. One after another: the terminal loads one config at a time. */
  async open(): Promise<Sessions> {
    return (this.#sessions ??= await this.#context.terminal.load(() => this.#open()));
  }

  async close(): Promise<void> {
    await this.#sessions?.close();
  }

  async #open(): Promise<Sessions> {
    const { openSessions } = await import('../../open-sessions.ts');
    const environment = this.#environment ?? this.#context.environment;
    const request = await chooseEnvironment({ ...this.#context, environment });
    const logger = commandLogger(this.#context);
    return openSessions({ ...request, logger, sweepOnOpen: false } as Parameters<typeof openSessions>[0]);
  }
}

/** The environments to sweep; those with run batches have no sessions. */
async function environmentsOf(
  { config, environment, provider, terminal }: CommandContext,
  { allEnvironments = false }: SweepCommandOptions,
): Promise<readonly (string | undefined)[]> {
  if (!allEnvironments) return [undefined];
  if (environment !== undefined || provider !== undefined) {
    const other = environment === undefined ? '--provider' : '--env';
    throw new SessionError('invalid-request', `--all-environments and ${other} cannot both be given: choose one`, {
      operation: 'sweep',
    });
  }
  const { cwd, env } = terminal;
  const { sessionEnvironments } = await import('../../config/environment-names.ts');
  return terminal.load(() => sessionEnvironments({ config, cwd, env }));
}

/** Sweeps all places at once; a failure of one does not stop the others. */
async function sweepAll(
  places: readonly Place[],
  options: SweepCommandOptions,
): Promise<{ readonly reports: readonly SweepReport[]; readonly failures: readonly unknown[] }> {
  // What fails here fails again, and is reported, in the sweep.
  for (const place of places) await place.open().catch(() => {});
  const outcomes = await Promise.allSettled(places.map((place) => place.sweep(options)));
  const reports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const reported = reports.flatMap(({ error, decisions }) => [error, ...decisions.map((decision) => decision.error)]);
  return { reports, failures: [...failures, ...reported.filter((error) => error !== undefined)] };
}

async function sweepOnce(
  { terminal, json }: CommandContext,
  places: readonly Place[],
  options: SweepCommandOptions,
): Promise<void> {
  const { reports, failures } = await sweepAll(places, options);
  if (json) await printJson(terminal, reports, 2);
  else {
    const rows = reports.flatMap((report) => report.decisions.map((decision) => cells(report, decision)));
    // One environment needs no column.
    const from = options.allEnvironments === true ? 0 : 1;
    if (rows.length > 0)
      await printTable(
        terminal,
        COLUMNS.slice(from),
        rows.map((row) => row.slice(from)),
      );
    for (const report of reports) note(terminal, summaryOf(report));
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} sweeps or ends failed`);
}

async function sweepAgain(
  { terminal, json }: CommandContext,
  places: readonly Place[],
  options: SweepCommandOptions,
  memory: DecisionMemory,
): Promise<void> {
  const { reports, failures } = await sweepAll(places, options);
  throwIfAborted(terminal.signal, 'sweep');
  for (const { decisions, ...place } of reports) {
    for (const decision of decisions) {
      if (!memory.isNew({ ...place, ...decision })) continue;
      const { error: _error, ...where } = place;
      if (json) await printJson(terminal, { ...where, ...decision });
      else await print(terminal, `${lineOf(place, decision)}\n`);
    }
  }
  for (const failure of failures) warn(terminal, reportError(failure, json, terminal.choice).text);
}

const COLUMNS = [
  'environment',
  { header: 'session', isWhole: true },
  { header: 'decision', isWhole: true },
  'reason',
  'owner',
  'key',
];

function cells({ environment }: SweepReport, decision: SweepDecision): readonly string[] {
  const { handle, token = '', outcome, reason, owner = '', key = '' } = decision;
  return [environment, handle?.id ?? token, outcome, reason, owner, key];
}

function lineOf({ environment }: Pick<SweepReport, 'environment'>, decision: SweepDecision): string {
  const { decidedAtMs, handle, token = '', outcome, reason } = decision;
  return `${new Date(decidedAtMs).toISOString()} ${environment} ${outcome} ${handle?.id ?? token}: ${reason}`;
}

function summaryOf({ decisions, provider, scope }: SweepReport): string {
  const counts = (['terminated', 'would-terminate', 'failed', 'left'] as const).flatMap((outcome) => {
    const count = decisions.filter((decision) => decision.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${outcome}`];
  });
  return `${counts.length === 0 ? 'no sessions' : counts.join(', ')} on ${provider} (${scope})`;
}
