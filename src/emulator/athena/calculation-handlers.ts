import type { Handlers } from '../service.ts';
import {
  OUTPUT_FILES,
  RESULT_BUCKET,
  toCalculation,
  toCalculationStatistics,
  toCalculationStatus,
} from './athena-answers.ts';
import type { AthenaAccount } from './athena-account.ts';
import { invalidRequest } from './athena-errors.ts';
import type { CALCULATION_INPUTS } from './athena-inputs.ts';
import type { AthenaSession } from './athena-session.ts';
import type { CodeOutcome } from '../code/python-session.ts';
import type { RunningCode } from '../code/calculation.ts';
import { AthenaCalculation } from './athena-calculation.ts';

export function calculationHandlers(account: AthenaAccount): Handlers<typeof CALCULATION_INPUTS> {
  const { config, world } = account;
  return {
    StartCalculationExecution(request, call) {
      const { session } = account.seen(call, request.SessionId);
      return account.tokens.once(call, request, () => {
        const codeBlock = request.CodeBlock ?? request.CalculationConfiguration?.CodeBlock;
        if (codeBlock === undefined) throw invalidRequest('CodeBlock is required.');
        if (session.engine !== 'pyspark-3') {
          throw invalidRequest('Calculations are not supported for sessions on Apache Spark version 3.5.');
        }
        if (session.state !== 'IDLE') {
          throw invalidRequest(`Session is in the ${session.state} state; needs to be IDLE to accept Calculations.`);
        }
        const id = world.random.uuid();
        const calculation = new AthenaCalculation(world.timeline, {
          id,
          sessionId: session.id,
          token: request.ClientRequestToken,
          codeBlock,
          description: request.Description,
          runMs: config.calculationMs,
          failure: call.calculationFailure,
          code: codeOf(account, session, { id, codeBlock }),
        });
        account.calculations.set(calculation.start.id, calculation);
        session.run(calculation);
        return { CalculationExecutionId: calculation.start.id, State: calculation.current.state };
      });
    },
    GetCalculationExecution: ({ CalculationExecutionId: id }) => toCalculation(account.requireCalculation(id)),
    GetCalculationExecutionStatus({ CalculationExecutionId: id }) {
      const calculation = account.requireCalculation(id);
      return { Status: toCalculationStatus(calculation), Statistics: toCalculationStatistics(calculation) };
    },
    GetCalculationExecutionCode: ({ CalculationExecutionId: id }) => ({
      CodeBlock: account.requireCalculation(id).start.codeBlock,
    }),
    ListCalculationExecutions(request, call) {
      const { SessionId: id, StateFilter: filter } = request;
      account.seen(call, id);
      const listed = [...account.calculations.values()].filter(
        ({ start, current }) => start.sessionId === id && (filter === undefined || filter === current.state),
      );
      const toRow = (calculation: AthenaCalculation): object => ({
        CalculationExecutionId: calculation.start.id,
        Description: calculation.start.description,
        Status: toCalculationStatus(calculation),
      });
      const all = listed.map((calculation) => [calculation.start.id, toRow(calculation)] as const).reverse();
      const { rows, nextToken } = account.pages.list(call, request, all);
      return { Calculations: rows, NextToken: nextToken };
    },
    StopCalculationExecution({ CalculationExecutionId: id }) {
      const calculation = account.requireCalculation(id);
      calculation.stop();
      return { State: calculation.current.state };
    },
  };
}

/** The code of a calculation in the Python process of its session; `undefined` when code does not run. Its output becomes objects in S3. */
function codeOf(
  { world }: AthenaAccount,
  session: AthenaSession,
  { id, codeBlock }: { readonly id: string; readonly codeBlock: string },
): RunningCode | undefined {
  const keep = (outcome: CodeOutcome): void => {
    const modifiedAtMs = world.timeline.nowMs();
    for (const [part, file] of Object.entries(OUTPUT_FILES)) {
      const bytes = Buffer.from(outcome[part as keyof typeof OUTPUT_FILES]);
      const at = { bucket: RESULT_BUCKET, key: `${session.id}/${id}/${file}` };
      world.objects.put(at, { bytes, contentType: 'text/plain', modifiedAtMs });
    }
  };
  // Code that does not run prints nothing.
  keep({ stdout: '', stderr: '', result: '' });
  if (!world.runCode) return undefined;
  const { python } = session;
  return {
    async run() {
      const outcome = await python.run(codeBlock);
      keep(outcome);
      return outcome.error;
    },
    interrupt: () => {
      python.interrupt();
    },
  };
}
