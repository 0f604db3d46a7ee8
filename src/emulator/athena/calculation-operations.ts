import { operation, type Operation } from '../service.ts';
import { toCalculation, toCalculationStatistics, toCalculationStatus } from './athena-answers.ts';
import type { AthenaAccount } from './athena-account.ts';
import { byCode, invalidRequest } from './athena-errors.ts';
import { LIST_CALCULATIONS, ONE_CALCULATION, START_CALCULATION } from './athena-shapes.ts';
import { Calculation } from './calculation.ts';

/** The size of a page that the caller leaves open, which is also the largest one. */
const PAGE_SIZE = 100;

/** The calculations of PySpark engine version 3. */
export function calculationOperations(account: AthenaAccount): Readonly<Record<string, Operation>> {
  const { config, world } = account;
  return {
    StartCalculationExecution: operation({
      input: START_CALCULATION,
      token: 'ClientRequestToken',
      run(request, call) {
        const { ClientRequestToken: token, ...parameters } = request;
        const session = account.requireSession(request.SessionId);
        call.touches(session);
        return account.tokens.once({
          scope: 'StartCalculationExecution',
          token,
          parameters,
          run() {
            const codeBlock = request.CodeBlock ?? request.CalculationConfiguration?.CodeBlock;
            if (codeBlock === undefined) throw invalidRequest('CodeBlock is required.');
            if (session.engine !== 'pyspark-3') {
              throw invalidRequest('Calculations are not supported for sessions on Apache Spark version 3.5.');
            }
            if (session.state !== 'IDLE') {
              throw invalidRequest(
                `Session is in the ${session.state} state; needs to be IDLE to accept Calculations.`,
              );
            }
            const calculation = new Calculation(world.timeline, {
              id: world.random.uuid(),
              sessionId: session.id,
              token,
              codeBlock,
              description: request.Description,
              runMs: config.calculationMs,
              failure: call.calculationFailure,
            });
            account.calculations.set(calculation.start.id, calculation);
            session.run(calculation);
            return { CalculationExecutionId: calculation.start.id, State: calculation.current.state };
          },
          clash: () =>
            byCode(config.tokenClashCode, 'The ClientRequestToken was used with other parameters.', token ?? ''),
        });
      },
    }),
    GetCalculationExecution: operation({
      input: ONE_CALCULATION,
      run: ({ CalculationExecutionId: id }) => toCalculation(account.requireCalculation(id)),
    }),
    GetCalculationExecutionStatus: operation({
      input: ONE_CALCULATION,
      run({ CalculationExecutionId: id }) {
        const calculation = account.requireCalculation(id);
        return { Status: toCalculationStatus(calculation), Statistics: toCalculationStatistics(calculation) };
      },
    }),
    GetCalculationExecutionCode: operation({
      input: ONE_CALCULATION,
      run: ({ CalculationExecutionId: id }) => ({ CodeBlock: account.requireCalculation(id).start.codeBlock }),
    }),
    ListCalculationExecutions: operation({
      input: LIST_CALCULATIONS,
      run({ SessionId: sessionId, StateFilter: filter, MaxResults: size, NextToken: token }, call) {
        call.touches(account.requireSession(sessionId));
        const listed = [...account.calculations.values()].filter(
          ({ start, current }) => start.sessionId === sessionId && (filter === undefined || filter === current.state),
        );
        const page = account.pages.turn({
          listing: `ListCalculationExecutions ${sessionId} ${filter ?? ''}`,
          ids: () => listed.map(({ start }) => start.id).reverse(),
          pageSize: size ?? PAGE_SIZE,
          token,
          empty: call.emptyPage,
          foreign: () => invalidRequest('The NextToken is not valid.'),
        });
        const byId = new Map(listed.map((calculation) => [calculation.start.id, calculation]));
        const calculations = page.ids.flatMap((id) => byId.get(id) ?? []);
        return {
          Calculations: calculations.map((calculation) => ({
            CalculationExecutionId: calculation.start.id,
            Description: calculation.start.description,
            Status: toCalculationStatus(calculation),
          })),
          NextToken: page.nextToken,
        };
      },
    }),
    StopCalculationExecution: operation({
      input: ONE_CALCULATION,
      run({ CalculationExecutionId: id }) {
        const calculation = account.requireCalculation(id);
        calculation.stop();
        return { State: calculation.current.state };
      },
    }),
  };
}
