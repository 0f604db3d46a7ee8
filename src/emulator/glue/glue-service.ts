import { awsJson } from '../aws/aws-protocols.ts';
import { operationsOf, type EmulatedService } from '../service.ts';
import type { World } from '../world.ts';
import { GlueAccount } from './glue-account.ts';
import { GLUE_COMMON_ERRORS } from './glue-errors.ts';
import { SESSION_INPUTS, STATEMENT_INPUTS } from './glue-inputs.ts';
import { toGlueConfig, type GlueOptions } from './glue-options.ts';
import { sessionHandlers } from './session-handlers.ts';
import { statementHandlers } from './statement-handlers.ts';

/** AWS Glue: interactive sessions, their endpoint and dashboard, and their statements. */
export function createGlue(world: World, options: GlueOptions): EmulatedService {
  const account = new GlueAccount(world, toGlueConfig(options, world.startupMs));
  return {
    id: 'glue',
    signingName: 'glue',
    protocol: awsJson('AWSGlue', {
      ...operationsOf(SESSION_INPUTS, sessionHandlers(account)),
      ...operationsOf(STATEMENT_INPUTS, statementHandlers(account)),
    }),
    errors: GLUE_COMMON_ERRORS,
    rates: account.config.rates,
    sessions: () => account.sessions(),
    close() {
      for (const session of account.sessions()) session.closePython();
    },
    calculations: () =>
      account.sessions().flatMap(({ statements }) => statements.map((statement) => statement.truth())),
  };
}
