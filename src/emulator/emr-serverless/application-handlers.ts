import { restError } from '../aws/aws-errors.ts';
import type { Handlers } from '../service.ts';
import type { EmrAccount } from './emr-account.ts';
import { toApplication, toApplicationSummary } from './emr-answers.ts';
import type { ApplicationSettings, EmrApplication, ImageSettings } from './emr-application.ts';
import type { APPLICATION_INPUTS } from './emr-inputs.ts';

export function applicationHandlers(account: EmrAccount): Handlers<typeof APPLICATION_INPUTS> {
  const answerOf = (application: EmrApplication): object => ({
    application: toApplication(application, account.tags.of(application.arn)),
  });
  return {
    CreateApplication(request, call) {
      const { clientToken: _, ...settings } = request;
      return account.tokens.once(call, request, () => {
        refuseSettings(settings);
        const application = account.createApplication(settings);
        return { applicationId: application.id, name: settings.name, arn: application.arn };
      });
    },
    GetApplication: ({ applicationId }) => answerOf(account.requireApplication(applicationId)),
    ListApplications(request, call) {
      const { states } = request;
      const listed = account.applications().filter(({ state }) => states === undefined || states.includes(state));
      const all = listed.map((application) => [application.id, toApplicationSummary(application)] as const);
      const { rows, nextToken } = account.pages.list(call, request, all);
      return { applications: rows, nextToken };
    },
    UpdateApplication(request, call) {
      const { applicationId, clientToken: _, ...changes } = request;
      const application = account.requireApplication(applicationId);
      const update = (): object => {
        requireAtRest(application, 'updated');
        const settings = withoutEmptyImages({ ...application.settings, ...changes });
        refuseSettings(settings);
        application.settings = settings;
        application.updatedAtMs = account.world.timeline.nowMs();
        return answerOf(application);
      };
      return account.tokens.once(call, request, update, applicationId);
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
        throw invalid(`Application ${applicationId} is ${state} and cannot be started.`);
      }
      application.start();
      return {};
    },
    StopApplication({ applicationId }) {
      const application = account.requireApplication(applicationId);
      if (application.hasLiveSessions) {
        if (account.config.stopWithSessions === 'refuse') {
          const message = `Application ${applicationId} has live sessions; terminate them first.`;
          throw invalid(message);
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
  throw invalid(message);
}

/**
 * Limits of the scheduler that the comments of the service model have and its constraints do not
 * (`emr-serverless/2021-07-13/service-2.json` of botocore, read 2026-11-21).
 */
const SCHEDULER = {
  queueTimeoutMinutes: { min: 15, max: 720 },
  maxConcurrentRuns: { min: 1, max: 1000 },
  firstMajorRelease: 7,
} as const;

/** Refuses settings that are valid by the model and not with each other. @throws ServiceError `ValidationException`. */
function refuseSettings(settings: ApplicationSettings): void {
  refuseUnlogged(settings);
  refuseScheduler(settings);
  if (imagesOf(settings).some(({ imageUri }) => imageUri === undefined)) {
    throw invalid('An imageConfiguration needs its imageUri.');
  }
}

/** The settings after a change; a blank image removes the image (the comments of the same model). */
function withoutEmptyImages(settings: ApplicationSettings): ApplicationSettings {
  const { imageConfiguration: image, workerTypeSpecifications: workers, ...rest } = settings;
  return {
    ...rest,
    ...(image?.imageUri !== undefined && { imageConfiguration: image }),
    ...(workers !== undefined && {
      workerTypeSpecifications: Object.fromEntries(
        Object.entries(workers).map(([type, worker]) => [
          type,
          worker.imageConfiguration?.imageUri === undefined ? {} : worker,
        ]),
      ),
    }),
  };
}

/** Sessions need a place for their logs; the text is the service's own. */
function refuseUnlogged({ monitoringConfiguration, interactiveConfiguration }: ApplicationSettings): void {
  const { s3MonitoringConfiguration: s3, managedPersistenceMonitoringConfiguration: managed } =
    monitoringConfiguration ?? {};
  const logged = s3?.logUri !== undefined || (managed?.enabled ?? true);
  if (interactiveConfiguration?.sessionEnabled === true && !logged) {
    throw invalid('Either S3 Logging or Managed Debugging must be enabled');
  }
}

function refuseScheduler({ schedulerConfiguration: scheduler, releaseLabel }: ApplicationSettings): void {
  if (scheduler === undefined) return;
  const [, major = '0'] = /^emr-(\d+)\./.exec(releaseLabel) ?? [];
  if (Number(major) < SCHEDULER.firstMajorRelease) {
    throw invalid(`A schedulerConfiguration needs release emr-7.0.0 or later, not ${releaseLabel}.`);
  }
  for (const name of ['queueTimeoutMinutes', 'maxConcurrentRuns'] as const) {
    const { min, max } = SCHEDULER[name];
    const value = scheduler[name] ?? min;
    if (value < min || value > max) throw invalid(`${name} is ${value} and must be from ${min} to ${max}.`);
  }
}

function imagesOf({
  imageConfiguration,
  workerTypeSpecifications = {},
}: ApplicationSettings): readonly ImageSettings[] {
  const own = Object.values(workerTypeSpecifications).map((worker) => worker.imageConfiguration);
  return [imageConfiguration, ...own].filter((image) => image !== undefined);
}

function invalid(message: string): Error {
  return restError('ValidationException', message);
}
