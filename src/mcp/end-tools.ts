import { createHash } from 'node:crypto';
import { SessionError } from '../contract/session-error.ts';
import { cutText } from '../contract/secret-text.ts';
import type { SweepDecision, SweepReport } from '../ownership/sweep-decision.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import { quoted } from './confirmation.ts';
import { hasEnded } from './agent-sessions.ts';
import { withSession, type SessionArgs } from './find-session.ts';
import { MAX_LISTED } from './limits.ts';
import { ENVIRONMENT_INPUT, SESSION_INPUT, SESSION_SHAPE } from './session-summary.ts';
import { summarize } from './session-tools.ts';
import { toSessionError } from './tool-error.ts';
import type { Tool } from './tool.ts';

const text = { type: 'string' } as const;
/** How many sessions a question lists. */
const MAX_ASKED = 20;

const TERMINATE_TOOL: Tool = {
  name: 'terminate_session',
  title: 'End a session',
  description:
    'Ends a session. One that this server has started ends at once; for any other the user is asked, because somebody may be using it.',
  confirms: 'for a session that this server has not started',
  input: { type: 'object', properties: SESSION_INPUT, additionalProperties: false },
  output: { session: SESSION_SHAPE },
  always: ['session'],
  changes: 'something',
  run: async (desk, args: SessionArgs, { signal, ask }) => {
    return withSession(desk, args, signal, async (session, environment) => {
      const own = desk.started.find(environment.name, session.handle.id);
      const isOver = hasEnded(session.status);
      if (own === undefined && !isOver) {
        const { details, nativeState } = session.status;
        const { ownership, name = 'without a name' } = details;
        const owner = ownership === undefined ? 'started without anysession' : `of owner ${quoted(ownership.owner)}`;
        const what = `session ${quoted(session.handle.id)} (${quoted(name)}, ${owner}, ${nativeState})`;
        const question = `End ${what} in environment ${quoted(environment.name)}? This server has not started it: work in it is lost.`;
        const otherwise = `Let the user end it: anysession terminate ${session.handle.id}`;
        await ask({ operation: 'terminate', text: question, otherwise }, signal);
      }
      await session.terminate({ signal });
      // The answer to the end of a session has no usage.
      await session.refresh({ signal }).catch(() => {});
      return { session: summarize(desk, session, environment) };
    });
  },
};

const SWEEP_TOOL: Tool = {
  name: 'sweep',
  title: 'Sweep orphaned sessions',
  description:
    'Ends sessions that nobody holds: those of dead processes of this host, and those past their lifetime. Without `plan` it ends nothing and returns what it would end, with the id of that plan. Call it again with `plan` to end these sessions; the user is asked.',
  confirms: 'with `plan`, before sessions are ended',
  input: {
    type: 'object',
    properties: {
      ...ENVIRONMENT_INPUT,
      plan: {
        type: 'string',
        pattern: '^[0-9a-f]{16}$',
        title: 'the `plan` of an earlier call',
        description: 'Ends the sessions of this plan.',
      },
    },
    additionalProperties: false,
  },
  output: {
    plan: { ...text, description: 'Absent when no session is to be ended.' },
    isDryRun: { type: 'boolean' },
    decisions: {
      type: 'array',
      items: {
        type: 'object',
        properties: { session: text, outcome: text, code: text, reason: text, owner: text, problem: text },
        required: ['outcome', 'code', 'reason'],
      },
    },
    isComplete: { type: 'boolean' },
  },
  always: ['isDryRun', 'decisions', 'isComplete'],
  changes: 'something',
  run: async ({ environments }, args: { environment?: string; plan?: string }, { signal, ask }) => {
    const { name, sessions } = await environments.get(args.environment);
    const planned = await planOf(() => sessions.sweep({ dryRun: true, signal }));
    if (args.plan === undefined) return { ...(planned.id && { plan: planned.id }), ...toResult(planned.report) };
    assertSame(args.plan, planned.id);
    const lines = planned.ends
      .slice(0, MAX_ASKED)
      .map(({ handle, reason }) => `${quoted(handle?.id ?? '')}: ${quoted(reason)}`);
    const more = planned.ends.length > MAX_ASKED ? [`and ${planned.ends.length - MAX_ASKED} more`] : [];
    const question = [`End ${planned.ends.length} sessions in environment ${quoted(name)}?`, ...lines, ...more].join(
      '\n',
    );
    await ask({ operation: 'sweep', text: question, otherwise: 'Let the user run it: anysession sweep' }, signal);
    // The answer may have taken minutes.
    assertSame(args.plan, (await planOf(() => sessions.sweep({ dryRun: true, signal }))).id);
    return toResult(await sessions.sweep({ signal }));
  },
};

/** The tools that end sessions. */
export const END_TOOLS: readonly Tool[] = [TERMINATE_TOOL, SWEEP_TOOL];

interface SweepPlan {
  readonly report: SweepReport;
  readonly ends: readonly SweepDecision[];
  /** The same for the same sessions; `undefined` when nothing would be ended. */
  readonly id: string | undefined;
}

async function planOf(sweep: () => Promise<SweepReport>): Promise<SweepPlan> {
  const report = await sweep();
  const ends = report.decisions.filter(({ outcome }) => outcome === 'would-terminate');
  const names = ends.map(({ handle, token }) => handle?.id ?? token).sort();
  const id = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16);
  return { report, ends, id: ends.length === 0 ? undefined : id };
}

/** @throws SessionError `conflict` */
function assertSame(plan: string, now: string | undefined): void {
  if (plan === now) return;
  const message = now === undefined ? 'No session is left to end' : 'The sessions to end are not those of this plan';
  const advice = 'Call sweep without `plan`, and read the new plan.';
  throw new SessionError('conflict', `${message}. Nothing was ended`, { operation: 'sweep', advice });
}

function toResult({ dryRun, decisions, error }: SweepReport): object {
  if (error !== undefined && decisions.length === 0) throw error;
  const shown = decisions.slice(0, MAX_LISTED).map(({ handle, outcome, code, reason, owner, error: problem }) =>
    omitUndefined({
      session: handle?.id,
      outcome,
      code,
      reason: cutText(reason, 2_000),
      owner,
      problem: problem && toSessionError(problem).message,
    }),
  );
  return { isDryRun: dryRun, decisions: shown, isComplete: decisions.length === shown.length && error === undefined };
}
