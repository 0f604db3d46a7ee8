import { restError } from '../aws/aws-errors.ts';
import type { ApplicationSettings, ImageSettings } from './emr-application.ts';

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
export function refuseSettings(settings: ApplicationSettings): void {
  refuseUnlogged(settings);
  refuseScheduler(settings);
  if (imagesOf(settings).some(({ imageUri }) => imageUri === undefined)) {
    throw invalid('An imageConfiguration needs its imageUri.');
  }
}

/** The settings after a change; a blank image removes the image (the comments of the same model). */
export function withoutEmptyImages(settings: ApplicationSettings): ApplicationSettings {
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
