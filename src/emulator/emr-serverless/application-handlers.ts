import { restError } from '../aws/aws-errors.ts';
import type { Handlers } from '../service.ts';
import { refuseSettings, withoutEmptyImages } from './application-rules.ts';
import type { EmrAccount } from './emr-account.ts';
import { toApplication, toApplicationSummary } from './emr-answers.ts';
import type { EmrApplication } from './emr-application.ts';
import type { APPLICATION_INPUTS } from './emr-inputs.ts';

/** The default and largest page size. */
const PAGE_SIZE = 50;

/** The operations of applications. */
export function applicationHandlers(account: EmrAccount): Handlers<typeof APPLICATION_INPUTS> {
  const answerOf = (application: EmrApplication): object => ({
    application: toApplication(application, account.tags.of(application.arn)),
  });
  return {
    CreateApplication({ clientToken: token, ...settings }) {
      return account.tokens.once({ scope: 'CreateApplication', token, parameters: settings }, () => {
        refuseSettings(settings);
        const application = account.createApplication(settings);
        return { applicationId: application.id, name: settings.name, arn: application.arn };
      });
    },
    GetApplication: ({ applicationId }) => answerOf(account.requireApplication(applicationId)),
    ListApplications({ nextToken: token, maxResults, states }, call) {
      const listed = account.applications().filter(({ state }) => states === undefined || states.includes(state));
      const { rows, nextToken } = account.pages.list(call, {
        listing: `ListApplications ${states?.join() ?? ''}`,
        rows: listed.map((application) => [application.id, toApplicationSummary(application)]),
        size: maxResults ?? PAGE_SIZE,
        token,
      });
      return { applications: rows, nextToken };
    },
    UpdateApplication({ applicationId, clientToken: token, ...changes }) {
      const application = account.requireApplication(applicationId);
      return account.tokens.once({ scope: `UpdateApplication ${applicationId}`, token, parameters: changes }, () => {
        requireAtRest(application, 'updated');
        const settings = withoutEmptyImages({ ...application.settings, ...changes });
        refuseSettings(settings);
        application.settings = settings;
        application.updatedAtMs = account.world.timeline.nowMs();
        return answerOf(application);
      });
    },
    DeleteApplication({ applicationId }) {
      const application = account.requireApplication(applicationId);
      if (application.state !== 'TERMINATED') {
        requireAtRest(application, 'deleted');
        application.terminate();
      }
      return {};
    },
    StartApplication({ applicationId }) {
      const application = account.requireApplication(applicationId);
      const { state } = application;
      if (state === 'STOPPING' || state === 'TERMINATED') {
        throw restError('ValidationException', `Application ${applicationId} is ${state} and cannot be started.`);
      }
      application.start();
      return {};
    },
    StopApplication({ applicationId }) {
      const application = account.requireApplication(applicationId);
      if (application.hasLiveSessions) {
        if (account.config.stopWithSessions === 'refuse') {
          const message = `Application ${applicationId} has live sessions; terminate them first.`;
          throw restError('ValidationException', message);
        }
        for (const session of account.sessions()) if (session.application === application) session.terminate();
      }
      application.stop();
      return {};
    },
  };
}

function requireAtRest({ id, state }: EmrApplication, what: string): void {
  if (state === 'CREATED' || state === 'STOPPED') return;
  const message = `Application ${id} is ${state}; it can be ${what} only when CREATED or STOPPED.`;
  throw restError('ValidationException', message);
}
