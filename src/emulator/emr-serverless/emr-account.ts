import type { Phase } from '../lifecycle.ts';
import { PageBook } from '../page-book.ts';
import { TagBook } from '../tag-book.ts';
import { TokenBook } from '../token-book.ts';
import type { World } from '../world.ts';
import { EmrApplication, type ApplicationSettings } from './emr-application.ts';
import { refusal } from './emr-serverless-errors.ts';
import type { ApplicationSetup, EmrServerlessConfig } from './emr-serverless-options.ts';
import { EmrSession, type EmrStart, type EmrState } from './emr-session.ts';
import { vcpusOf } from './session-vcpus.ts';

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html read 2026-11-20 */
const FIRST_RELEASE = { major: 7, minor: 13 };

/** The most tags of one resource, by the model of the answers. */
const TAG_LIMIT = 200;
/** The ARN of an application, or of a session in it. */
const RESOURCE = /^arn:aws[a-zA-Z0-9-]*:emr-serverless:(.+):(\d{12}):\/applications\/(\w+)(?:\/sessions\/(\w+))?$/;

/** All that EMR Serverless knows of one account in one region. */
export class EmrAccount {
  readonly world: World;
  readonly config: EmrServerlessConfig;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly tags = new TagBook({ limit: TAG_LIMIT, refuse: (message) => refusal('ValidationException', message) });
  readonly #applications = new Map<string, EmrApplication>();
  readonly #sessions = new Map<string, EmrSession>();

  constructor(world: World, config: EmrServerlessConfig) {
    this.world = world;
    this.config = config;
    this.tokens = new TokenBook(world.timeline, config.tokenLifetimeMs);
    this.pages = new PageBook(world.random);
    for (const [id, setup] of Object.entries(config.applications)) this.#addReady(id, setup);
  }

  applications(): readonly EmrApplication[] {
    return [...this.#applications.values()];
  }

  /** Every session that was ever started, oldest first. */
  sessions(): readonly EmrSession[] {
    return [...this.#sessions.values()];
  }

  /** Makes an application, in CREATING. */
  createApplication(settings: ApplicationSettings): EmrApplication {
    const id = `00${this.world.random.hex(14)}`;
    const application = new EmrApplication(this.world, this.config, { id, settings, state: 'CREATING' });
    this.tags.add(application.arn, settings.tags ?? {});
    this.#applications.set(id, application);
    return application;
  }

  /** @throws ServiceError when there is no such application. */
  requireApplication(id: string): EmrApplication {
    const application = this.#applications.get(id);
    if (application === undefined) throw refusal('ResourceNotFoundException', `Application ${id} does not exist.`);
    return application;
  }

  /** The session and what a reader sees of it now. @throws ServiceError when it is not known, or not yet, or no longer. */
  requireSeen(applicationId: string, id: string): { readonly session: EmrSession; readonly phase: Phase<EmrState> } {
    this.requireApplication(applicationId);
    const session = this.#sessions.get(id);
    const phase = session?.seen(this.config.describeLagMs);
    if (session !== undefined && phase !== undefined && session.scope === applicationId) return { session, phase };
    throw refusal('ResourceNotFoundException', `Session ${id} does not exist.`);
  }

  /**
   * The session that an ARN names, or undefined for an application.
   * @throws ServiceError when it names nothing that there is here.
   */
  requireTagged(arn: string): EmrSession | undefined {
    const [, region, accountId, applicationId = '', sessionId] = RESOURCE.exec(arn) ?? [];
    if (region !== this.world.region || accountId !== this.world.accountId) {
      throw refusal('ResourceNotFoundException', 'The resource does not exist.');
    }
    if (sessionId !== undefined) return this.requireSeen(applicationId, sessionId).session;
    this.requireApplication(applicationId);
    return undefined;
  }

  /** Starts a session when the application and the quota allow. */
  start(request: EmrStart): EmrSession {
    const application = this.requireApplication(request.applicationId);
    this.#refuseUnsuitable(application);
    this.#refuseStopped(application);
    const vcpus = this.#vcpusWithinQuota(application, request);
    const session = new EmrSession(this.world, this.config, { application, request, vcpus });
    this.tags.add(session.arn, request.tags ?? {});
    this.#sessions.set(session.id, session);
    return session;
  }

  /** What the session will take. @throws ServiceError when its application or the account has no room for it. */
  #vcpusWithinQuota(application: EmrApplication, request: EmrStart): number {
    const { sessionQuota, vcpuQuota, startingExecutors } = this.config;
    const code = 'ServiceQuotaExceededException';
    const live = this.sessions().filter((session) => session.live);
    if (live.filter((session) => session.application === application).length >= sessionQuota)
      throw refusal(code, `Application ${application.id} may have ${sessionQuota} sessions at a time.`);
    const vcpus = vcpusOf(request, application.settings, startingExecutors);
    const used = live.reduce((sum, session) => sum + session.vcpus, 0);
    if (used + vcpus <= vcpuQuota) return vcpus;
    throw refusal(
      code,
      `The account may use ${vcpuQuota} vCPUs at a time; ${used} are in use and ${vcpus} are asked for.`,
    );
  }

  #refuseUnsuitable(application: EmrApplication): void {
    const { type, releaseLabel } = application.settings;
    const code = this.config.unsuitableApplicationCode;
    if (type.toUpperCase() !== 'SPARK') throw refusal(code, `Sessions need an application of type SPARK, not ${type}.`);
    if (!hasSessions(releaseLabel))
      throw refusal(code, `Sessions need release emr-7.13.0 or later, not ${releaseLabel}.`);
    if (!application.sessionEnabled) throw refusal(code, `Sessions are not enabled for application ${application.id}.`);
  }

  #refuseStopped(application: EmrApplication): void {
    const { state } = application;
    const willRun = state === 'STARTED' || state === 'STARTING';
    const canStart = application.autoStarts && (state === 'CREATED' || state === 'STOPPED' || state === 'CREATING');
    if (!willRun && !canStart) {
      throw refusal(
        this.config.stoppedApplicationCode,
        `Application ${application.id} is ${state} and cannot run sessions.`,
      );
    }
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

/** Whether a release has sessions; what does not look like a release of EMR has not. */
function hasSessions(releaseLabel: string): boolean {
  const [, major = '0', minor = '0'] = /^emr-(\d+)\.(\d+)\./.exec(releaseLabel) ?? [];
  const [majorNumber, minorNumber] = [Number(major), Number(minor)];
  return (
    majorNumber > FIRST_RELEASE.major || (majorNumber === FIRST_RELEASE.major && minorNumber >= FIRST_RELEASE.minor)
  );
}
