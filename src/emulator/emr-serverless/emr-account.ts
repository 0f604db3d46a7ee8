import { restError } from '../aws/aws-errors.ts';
import { AwsAccount } from '../aws/aws-account.ts';
import type { EmrState } from '../aws/emr-states.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { EmrApplication, type ApplicationSettings } from './emr-application.ts';
import type { ApplicationSetup, EmrServerlessConfig } from './emr-serverless-options.ts';
import { EmrSession, vcpusOf, type EmrStart } from './emr-session.ts';

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html read 2026-11-20 */
const FIRST_RELEASE = { major: 7, minor: 13 };

export class EmrAccount extends AwsAccount<EmrState, EmrSession, EmrServerlessConfig> {
  readonly #applications = new Map<string, EmrApplication>();

  constructor(world: World, config: EmrServerlessConfig) {
    super(world, config, {
      // By the model of the answers.
      tagLimit: 200,
      arn: /^arn:aws[a-zA-Z0-9-]*:emr-serverless:(.+):(\d{12}):\/applications\/(\w+)(?:\/sessions\/(\w+))?$/,
      foreignArn: () => restError('ResourceNotFoundException', 'The resource does not exist.'),
      invalid: (message) => restError('ValidationException', message),
      unknownSession: (id) => restError('ResourceNotFoundException', `Session ${id} does not exist.`),
      tokens: {
        member: 'clientToken',
        clash(operation) {
          const code = operation === 'StartSession' ? config.tokenClashCode : 'ConflictException';
          return restError(code, 'The clientToken was used with other parameters.');
        },
      },
      pages: {
        sizeMember: 'maxResults',
        tokenMember: 'nextToken',
        defaultSize: 50,
        invalidToken: () => restError('ValidationException', 'The nextToken is not valid.'),
      },
    });
    for (const [id, setup] of Object.entries(config.applications)) this.#addReady(id, setup);
  }

  applications(): readonly EmrApplication[] {
    return [...this.#applications.values()];
  }

  createApplication(settings: ApplicationSettings): EmrApplication {
    const id = `00${this.world.random.hex(14)}`;
    const application = new EmrApplication(this.world, this.config, { id, settings, state: 'CREATING' });
    this.tags.add(application.arn, settings.tags ?? {});
    this.#applications.set(id, application);
    return application;
  }

  requireApplication(id: string): EmrApplication {
    const application = this.#applications.get(id);
    if (application === undefined) throw restError('ResourceNotFoundException', `Application ${id} does not exist.`);
    return application;
  }

  /** Like `seen`, for a session of an application that must exist. */
  seenIn(call: Call, applicationId: string, id: string): ReturnType<EmrAccount['seen']> {
    this.requireApplication(applicationId);
    return this.seen(call, id, applicationId);
  }

  /** Makes a session when the application and the quotas allow. */
  start(request: EmrStart): EmrSession {
    const application = this.requireApplication(request.applicationId);
    this.#refuseUnsuitable(application);
    this.#refuseStopped(application);
    this.#refuseQuota(application, request);
    const session = new EmrSession(this.world, this.config, application, request);
    this.tags.add(session.arn, request.tags ?? {});
    return session;
  }

  protected override requireScope(applicationId: string): void {
    this.requireApplication(applicationId);
  }

  #refuseQuota(application: EmrApplication, request: EmrStart): void {
    const { sessionQuota, vcpuQuota, startingExecutors } = this.config;
    const exceeded = (message: string): Error => restError('ServiceQuotaExceededException', message);
    const live = this.sessions().filter((session) => session.live);
    if (live.filter((session) => session.application === application).length >= sessionQuota) {
      throw exceeded(`Application ${application.id} may have ${sessionQuota} sessions at a time.`);
    }
    const vcpus = vcpusOf(request, application.settings, startingExecutors);
    const used = live.reduce((sum, session) => sum + session.vcpus, 0);
    if (used + vcpus <= vcpuQuota) return;
    throw exceeded(`The account's quota is ${vcpuQuota} vCPUs; ${used} are in use and this session needs ${vcpus}.`);
  }

  #refuseUnsuitable(application: EmrApplication): void {
    const { type, releaseLabel, interactiveConfiguration: interactive } = application.settings;
    const unsuitable = (message: string): Error => restError(this.config.unsuitableApplicationCode, message);
    if (type.toUpperCase() !== 'SPARK') throw unsuitable(`Sessions need an application of type SPARK, not ${type}.`);
    if (!hasSessions(releaseLabel)) {
      throw unsuitable(`Sessions need release emr-7.13.0 or later, not ${releaseLabel}.`);
    }
    if (interactive?.sessionEnabled !== true)
      throw unsuitable(`Sessions are not enabled for application ${application.id}.`);
  }

  #refuseStopped({ id, state, settings }: EmrApplication): void {
    if (state === 'STARTED' || state === 'STARTING') return;
    const autoStarts = settings.autoStartConfiguration?.enabled ?? true;
    if (autoStarts && (state === 'CREATED' || state === 'STOPPED' || state === 'CREATING')) return;
    throw restError(this.config.stoppedApplicationCode, `Application ${id} is ${state} and cannot run sessions.`);
  }

  #addReady(id: string, setup: ApplicationSetup): void {
    const settings: ApplicationSettings = {
      name: id,
      releaseLabel: setup.releaseLabel ?? 'emr-7.13.0',
      type: setup.type ?? 'SPARK',
      autoStartConfiguration: { enabled: setup.autoStart ?? true },
      interactiveConfiguration: { sessionEnabled: setup.sessionEnabled ?? true },
      monitoringConfiguration: { managedPersistenceMonitoringConfiguration: { enabled: true } },
    };
    const birth = { id, settings, state: setup.state ?? ('CREATED' as const) };
    this.#applications.set(id, new EmrApplication(this.world, this.config, birth));
  }
}

/** Whether a release has sessions; a label that is not a release of EMR has none. */
function hasSessions(releaseLabel: string): boolean {
  const [, major = '0', minor = '0'] = /^emr-(\d+)\.(\d+)\./.exec(releaseLabel) ?? [];
  const ahead = Number(major) - FIRST_RELEASE.major;
  return ahead > 0 || (ahead === 0 && Number(minor) >= FIRST_RELEASE.minor);
}
