import type { RestOperation } from '../rest-json.ts';
import { operation } from '../service.ts';
import type { ServiceError } from '../service-error.ts';
import { toApplication, toApplicationSummary } from './emr-answers.ts';
import type { EmrAccount } from './emr-account.ts';
import type { EmrApplication } from './emr-application.ts';
import { refuseSettings, withoutEmptyImages } from './application-rules.ts';
import { refusal } from './emr-serverless-errors.ts';
import { CREATE_APPLICATION, LIST_APPLICATIONS, ONE_APPLICATION, UPDATE_APPLICATION } from './emr-serverless-shapes.ts';

/** The size of a page that the caller leaves open, which is also the largest one. */
const PAGE_SIZE = 50;

const APPLICATIONS = '/applications';
const APPLICATION = '/applications/{applicationId}';

/** The applications in which sessions live. */
export function applicationOperations(account: EmrAccount): Readonly<Record<string, RestOperation>> {
  const { config } = account;
  return {
    CreateApplication: {
      method: 'POST',
      path: APPLICATIONS,
      definition: operation({
        input: CREATE_APPLICATION,
        token: 'clientToken',
        run({ clientToken: token, ...settings }) {
          return account.tokens.once({
            scope: 'CreateApplication',
            token,
            parameters: settings,
            run() {
              refuseSettings(settings);
              const application = account.createApplication(settings);
              return { applicationId: application.id, name: settings.name, arn: application.arn };
            },
            clash: tokenClash,
          });
        },
      }),
    },
    GetApplication: {
      method: 'GET',
      path: APPLICATION,
      definition: operation({
        input: ONE_APPLICATION,
        run: ({ applicationId }) => answerOf(account, account.requireApplication(applicationId)),
      }),
    },
    ListApplications: {
      method: 'GET',
      path: APPLICATIONS,
      query: ['nextToken', 'maxResults', 'states'],
      definition: operation({
        input: LIST_APPLICATIONS,
        run({ nextToken, maxResults, states }, call) {
          const listed = account.applications().filter(({ state }) => states === undefined || states.includes(state));
          const page = account.pages.turn({
            listing: `ListApplications ${states?.join() ?? ''}`,
            ids: () => listed.map(({ id }) => id),
            pageSize: maxResults ?? PAGE_SIZE,
            token: nextToken,
            empty: call.emptyPage,
            foreign: () => refusal('ValidationException', 'The nextToken is not valid.'),
          });
          const applications = listed.filter(({ id }) => page.ids.includes(id));
          return { applications: applications.map(toApplicationSummary), nextToken: page.nextToken };
        },
      }),
    },
    UpdateApplication: {
      method: 'PATCH',
      path: APPLICATION,
      definition: operation({
        input: UPDATE_APPLICATION,
        token: 'clientToken',
        run({ applicationId, clientToken: token, ...changes }) {
          const application = account.requireApplication(applicationId);
          return account.tokens.once({
            scope: `UpdateApplication ${applicationId}`,
            token,
            parameters: changes,
            run() {
              requireAtRest(application, 'updated');
              const settings = withoutEmptyImages({ ...application.settings, ...changes });
              refuseSettings(settings);
              application.settings = settings;
              application.updatedAtMs = account.world.timeline.nowMs();
              return answerOf(account, application);
            },
            clash: tokenClash,
          });
        },
      }),
    },
    DeleteApplication: {
      method: 'DELETE',
      path: APPLICATION,
      definition: operation({
        input: ONE_APPLICATION,
        run({ applicationId }) {
          const application = account.requireApplication(applicationId);
          if (application.state !== 'TERMINATED') {
            requireAtRest(application, 'deleted');
            application.terminate();
          }
          return {};
        },
      }),
    },
    StartApplication: {
      method: 'POST',
      path: `${APPLICATION}/start`,
      definition: operation({
        input: ONE_APPLICATION,
        run({ applicationId }) {
          const application = account.requireApplication(applicationId);
          if (application.state === 'STOPPING' || application.state === 'TERMINATED') {
            throw refusal(
              'ValidationException',
              `Application ${applicationId} is ${application.state} and cannot be started.`,
            );
          }
          application.start();
          return {};
        },
      }),
    },
    StopApplication: {
      method: 'POST',
      path: `${APPLICATION}/stop`,
      definition: operation({
        input: ONE_APPLICATION,
        run({ applicationId }) {
          const application = account.requireApplication(applicationId);
          if (application.hasLiveSessions) {
            if (config.stopWithSessions === 'refuse') {
              throw refusal(
                'ValidationException',
                `Application ${applicationId} has live sessions; terminate them first.`,
              );
            }
            for (const session of account.sessions()) if (session.application === application) session.terminate();
          }
          application.stop();
          return {};
        },
      }),
    },
  };
}

function tokenClash(): ServiceError {
  return refusal('ConflictException', 'The clientToken was used with other parameters.');
}

function requireAtRest(application: EmrApplication, what: string): void {
  if (application.state === 'CREATED' || application.state === 'STOPPED') return;
  throw refusal(
    'ValidationException',
    `Application ${application.id} is ${application.state}; only when CREATED or STOPPED can it be ${what}.`,
  );
}

function answerOf(account: EmrAccount, application: EmrApplication): object {
  return { application: toApplication(application, account.tags.of(application.arn)) };
}
