import type { RunningCode } from '../code/calculation.ts';
import type { CodeOutcome } from '../code/python-session.ts';
import type { Handlers } from '../service.ts';
import type { GlueAccount } from './glue-account.ts';
import { toStatement } from './glue-answers.ts';
import { glueError, invalidInput } from './glue-errors.ts';
import type { STATEMENT_INPUTS } from './glue-inputs.ts';
import type { GlueSession } from './glue-session.ts';
import { GlueStatement } from './glue-statement.ts';

export function statementHandlers(account: GlueAccount): Handlers<typeof STATEMENT_INPUTS> {
  const { config, world } = account;
  const find = (session: GlueSession, number: number): GlueStatement => {
    const statement = session.statements.find(({ start }) => start.number === number);
    if (statement === undefined) {
      throw glueError('EntityNotFoundException', `Statement ${number} of session ${session.id} not found.`);
    }
    return statement;
  };
  return {
    RunStatement({ SessionId: id, Code: codeBlock }, call) {
      const session = account.withStatements(call, id);
      if (session.state !== 'READY') throw account.illegalState(session);
      if (session.isRunning && config.runWhileBusy !== 'queue') {
        throw glueError('SessionBusyException', `Session ${id} is busy.`);
      }
      const number = session.statements.length + 1;
      const statement: GlueStatement = new GlueStatement(world.timeline, {
        id: String(number),
        number,
        sessionId: id,
        token: undefined,
        codeBlock,
        runMs: config.statementMs,
        failure: call.calculationFailure,
        code: world.runCode ? codeOf(session, codeBlock, (outcome) => void (statement.outcome = outcome)) : undefined,
      });
      session.run(statement);
      return { Id: number };
    },
    GetStatement({ SessionId: sessionId, Id: number }, call) {
      return { Statement: toStatement(find(account.withStatements(call, sessionId), number), config) };
    },
    ListStatements(request, call) {
      const { statements } = account.withStatements(call, request.SessionId);
      const all = statements.map((statement) => [statement.start.id, toStatement(statement, config)] as const);
      const { rows, nextToken } = account.pages.list(call, request, all);
      return { Statements: rows, NextToken: nextToken };
    },
    CancelStatement({ SessionId: sessionId, Id: number }, call) {
      const statement = find(account.withStatements(call, sessionId), number);
      if (statement.ended && config.cancelEnded !== 'ok') {
        throw invalidInput(`Statement ${number} is ${statement.current.state}.`);
      }
      statement.stop();
      return {};
    },
  };
}

/** The code of a statement in the Python process of its session. */
function codeOf(session: GlueSession, codeBlock: string, keep: (outcome: CodeOutcome) => void): RunningCode {
  return {
    async run() {
      const outcome = await session.python.run(codeBlock);
      keep(outcome);
      return outcome.error;
    },
    interrupt: () => {
      session.python.interrupt();
    },
  };
}
