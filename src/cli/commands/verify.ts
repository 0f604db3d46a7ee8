import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SessionError } from '../../contract/session-error.ts';
import { openEnvironment, type OpenRequest } from '../../open-request.ts';
import { systemClock } from '../../session/system-ports.ts';
import { VERIFY_CASES } from '../../verify/cases.ts';
import { endLeftSessions } from '../../verify/ending.ts';
import { toObservations } from '../../verify/observations.ts';
import { openVerification, type OpenVerification } from '../../verify/open-verification.ts';
import type { Recorder } from '../../verify/recording/recorder.ts';
import { makeRecordingFolder, readRecording, writeRecording } from '../../verify/recording/recording-file.ts';
import { planText, planVerification, type VerificationPlan } from '../../verify/plan.ts';
import { POINTS } from '../../verify/points/all-points.ts';
import { AREAS, type Area } from '../../verify/points/point.ts';
import { formatReport, markdownTable } from '../../verify/report-text.ts';
import { failures, type VerificationReport } from '../../verify/report.ts';
import { runVerification, type VerificationOutcome } from '../../verify/run-verification.ts';
import { Spending } from '../../verify/spending.ts';
import { ask, canAsk } from '../ask.ts';
import { chooseEnvironment } from '../chosen-environment.ts';
import { packageVersion } from '../package-version.ts';
import { openNewFile, unwritableFile } from '../new-file.ts';
import { StatusLine } from '../status-line.ts';
import { printTable } from '../table.ts';
import { observers } from '../with-environment.ts';
import { print, printAsIs, printJson, terminalWith, warn, type CommandContext, type Terminal } from '../terminal.ts';

/** The options of `anysession verify`. */
interface VerifyCommandOptions {
  readonly list?: boolean;
  readonly only?: readonly Area[];
  readonly yes?: boolean;
  readonly maxSpend?: number;
  readonly long?: boolean;
  readonly repeat?: number;
  readonly markdown?: boolean;
  readonly save?: string;
  readonly record?: string;
  readonly replay?: string;
  readonly clean?: boolean;
}

/**
 * Verifies an environment: says what it starts, asks, runs the cases and probes, and prints what it found.
 * @throws SessionError `unexpected` when a case failed or a session could not be ended, and what stopped the run.
 */
export async function runVerify(context: CommandContext, options: VerifyCommandOptions): Promise<void> {
  if (options.list === true) return printList(context, options.only ?? AREAS);
  if (options.replay !== undefined) return replayRecording(context, options.replay);
  const { record } = options;
  const recorder =
    record === undefined ? undefined : new (await import('../../verify/recording/recorder.ts')).Recorder();
  const open = await context.terminal.load(async () => {
    const request = await chooseEnvironment(context);
    const config = await openEnvironment(request as OpenRequest);
    return openVerification(config, {
      anysession: packageVersion(),
      ...observers(context),
      recorder,
      env: context.terminal.env,
    });
  });
  try {
    await (options.clean === true ? clean(context, open) : verify(context, options, open, recorder));
  } catch (error) {
    // The report names what may still run; that it cannot be ended now must not hide the error, whose advice is to clean up later.
    await open.sessions.close().catch(() => {});
    throw error;
  }
  await open.sessions.close();
}

async function verify(
  context: CommandContext,
  options: VerifyCommandOptions,
  open: OpenVerification,
  recorder: Recorder | undefined,
): Promise<void> {
  const { terminal } = context;
  const { provider, prices } = open.sessions;
  const { id, capabilities, scope } = provider;
  const { only: areas = AREAS, repeat = 1, long = false, maxSpend, save } = options;
  const plan = planVerification({ id, capabilities, hasProbe: open.openProbe !== undefined }, { areas, repeat, long });
  if (plan.sessions === 0 && plan.points.length === 0) {
    throw refusal(`there is nothing to verify: ${id} has no cases or points for ${areas.join(', ')}`);
  }
  const spending = new Spending(prices, maxSpend ?? open.config.maxSpend, capabilities.usageUnits);
  const text = planText(plan, { provider: id, scope, prices });
  if (!(await isConfirmed(terminal, plan, options, text))) {
    throw refusal('verify was not confirmed, and has started nothing. To start without a question, pass --yes');
  }
  const folder = options.record === undefined ? undefined : resolve(terminal.cwd, options.record);
  if (folder !== undefined) await makeRecordingFolder(folder, options.record ?? '');
  const path = save === undefined ? undefined : resolve(terminal.cwd, save);
  const file = path === undefined ? undefined : await openNewFile(path, save ?? '', { operation: 'verify' });
  const status = new StatusLine(terminal, context.json);
  let outcome: VerificationOutcome;
  try {
    outcome = await runVerification(open, plan, {
      spending,
      signal: terminal.signal,
      onProgress: (progress) => {
        status.show(`${progress} …`);
      },
    });
  } finally {
    status.end();
    await file?.close();
  }
  const { report, error } = outcome;
  // First of all: a folder may be gone or a disk full by now, and the sessions of the report have cost money.
  await printReport(context, options, report);
  const unwritten: unknown[] = [];
  if (path !== undefined) {
    const text = `${JSON.stringify(toObservations(report), undefined, 2)}\n`;
    await writeFile(path, text).catch((cause: unknown) => unwritten.push(unwritable(save ?? '', cause)));
  }
  if (folder !== undefined && recorder !== undefined) {
    const { plugin, providerConfig } = open.config;
    await writeRecording(folder, {
      anysession: report.anysession,
      recordedAt: report.date,
      provider: id,
      options: recorder.options(plugin.id, providerConfig),
      calls: recorder.calls,
    }).catch((cause: unknown) => unwritten.push(unwritable(options.record ?? '', cause)));
  }
  if (error !== undefined) throw error;
  throwIfBad(report);
  if (unwritten.length > 0) throw new AggregateError(unwritten);
}

async function isConfirmed(
  terminal: Terminal,
  { sessions }: VerificationPlan,
  { yes }: VerifyCommandOptions,
  text: string,
): Promise<boolean> {
  if (terminal.isQuiet !== true || yes !== true) warn(terminal, text);
  if (yes === true || sessions === 0) return true;
  return canAsk(terminal) && (await ask(terminal, 'Start? [y/N] '));
}

/** What is known is printed, also after Ctrl-C. */
function printReport(
  context: CommandContext,
  options: VerifyCommandOptions,
  report: VerificationReport,
): Promise<void> {
  const terminal = terminalWith(context.terminal, { signal: new AbortController().signal });
  if (context.json) return printJson(terminal, report, 2);
  return options.markdown === true ? printAsIs(terminal, markdownTable(report)) : print(terminal, formatReport(report));
}

function throwIfBad(report: VerificationReport): void {
  const failed = failures(report);
  const { left, unlisted } = report.sessions;
  const problems = [
    ...(failed === 0 ? [] : [`${failed} ${failed === 1 ? 'case' : 'cases'} failed`]),
    ...(left.length === 0 ? [] : [`${left.length} ${left.length === 1 ? 'session' : 'sessions'} could not be ended`]),
    ...(unlisted === undefined ? [] : ['the list could not show that nothing else runs']),
    ...(report.stopped === undefined ? [] : [report.stopped]),
  ];
  if (problems.length === 0) return;
  throw new SessionError('unexpected', `verify: ${problems.join('; ')}`, {
    operation: 'verify',
    advice:
      left.length === 0 && unlisted === undefined
        ? 'The report above has the evidence.'
        : 'Run anysession verify --clean.',
  });
}

async function clean({ terminal, json }: CommandContext, { sessions, self }: OpenVerification): Promise<void> {
  const { provider } = sessions;
  const { ended, left, unlisted } = await endLeftSessions(
    { provider, clock: systemClock, signal: terminal.signal },
    self,
  );
  if (json) await printJson(terminal, { ended, left }, 2);
  else {
    const lines = [...ended.map((id) => `${id} ended`), ...left.map(({ id, why }) => `${id} was left alone: ${why}`)];
    await print(terminal, `${lines.length === 0 ? 'nothing is left of earlier runs' : lines.join('\n')}\n`);
  }
  if (unlisted !== undefined) throw unlisted;
  const stuck = left.filter(({ why }) => why.startsWith('it could not be ended'));
  if (stuck.length > 0)
    throw new SessionError('unexpected', stuck.map(({ id, why }) => `${id}: ${why}`).join('\n'), {
      operation: 'verify',
    });
}

/** Reads a recording again. @throws SessionError `unexpected` when this version reads something else. */
async function replayRecording({ terminal, json }: CommandContext, name: string): Promise<void> {
  const { replay } = await import('../../verify/recording/replay.ts');
  const recording = await readRecording(resolve(terminal.cwd, name), name);
  const differences = await replay(recording);
  const calls = recording.calls.length;
  if (json) await printJson(terminal, { calls, differences }, 2);
  else {
    const lines = differences.map(({ call, verb, what }) => `call ${call}, ${verb}: ${what}\n`);
    await print(terminal, `${lines.join('')}${calls} calls were read again, with ${differences.length} differences\n`);
  }
  if (differences.length === 0) return;
  throw new SessionError('unexpected', `${differences.length} differences from the recording ${name}`, {
    operation: 'verify',
  });
}

/** Prints what a run would check, and what it leaves alone; opens no environment. */
async function printList({ terminal, json, provider }: CommandContext, areas: readonly Area[]): Promise<void> {
  const cases = VERIFY_CASES.filter(({ area }) => areas.includes(area)).map(({ rule, title, area, phase, isLong }) => {
    const note = isLong ? 'with --long' : phase === 'before' ? 'starts nothing' : 'in a session';
    return { kind: 'case', id: rule, area, what: title, note };
  });
  const points = POINTS.filter(
    (point) => areas.includes(point.area) && (provider ?? point.provider) === point.provider,
  );
  const rows = points.map(({ option, area, question, treatment }) => {
    const why = treatment.kind === 'probe' ? 'in a session' : treatment.why;
    const note = treatment.kind === 'long' ? `with --long: ${why}` : why;
    return { kind: treatment.kind, id: option, area, what: question, note };
  });
  const all = [...cases, ...rows];
  if (json) return printJson(terminal, all, 2);
  const columns = ['kind', 'id', 'area', 'what', 'note'] as const;
  return printTable(
    terminal,
    columns,
    all.map((row) => columns.map((column) => row[column])),
  );
}

function unwritable(name: string, cause: unknown): SessionError {
  return unwritableFile(name, cause as NodeJS.ErrnoException, 'verify');
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'verify' });
}
