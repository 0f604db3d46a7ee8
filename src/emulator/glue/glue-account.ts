import { AwsAccount } from '../aws/aws-account.ts';
import type { Call } from '../service.ts';
import type { World } from '../world.ts';
import { glueError, invalidInput } from './glue-errors.ts';
import type { GlueConfig } from './glue-options.ts';
import { dpusOf, GlueSession, type GlueCreate, type GlueState } from './glue-session.ts';

export class GlueAccount extends AwsAccount<GlueState, GlueSession, GlueConfig> {
  constructor(world: World, config: GlueConfig) {
    super(world, config, {
      tagLimit: 50,
      // The account is the scope of its sessions.
      arn: /^arn:aws[a-z-]*:glue:([^:]+):((\d{12})):session\/(.+)$/,
      foreignArn: () => glueError('EntityNotFoundException', 'The resource does not exist.'),
      invalid: invalidInput,
      unknownSession: (id) => glueError('EntityNotFoundException', `Session ${id} not found.`),
      tokens: { member: '', clash: () => invalidInput('Glue has no idempotency tokens.') },
      pages: {
        sizeMember: 'MaxResults',
        tokenMember: 'NextToken',
        defaultSize: 100,
        invalidToken: () => invalidInput('The NextToken is not valid.'),
      },
    });
  }

  /** Makes a session when its id is free and the quota allows. */
  create(call: Call, request: GlueCreate): GlueSession {
    const { Id: id } = request;
    if (this.sessions().some((session) => session.id === id && session.seen(0) !== undefined)) {
      throw glueError(this.config.takenIdCode, `Session ${id} already exists.`);
    }
    this.#refuseImpossible(request);
    const used = this.sessions().reduce((sum, { live, maxCapacity }) => sum + (live ? maxCapacity : 0), 0);
    const dpus = dpusOf(request);
    if (used + dpus > this.config.dpuQuota) {
      const message = `The account's quota is ${this.config.dpuQuota} DPUs; ${used} are in use and this session needs ${dpus}.`;
      throw glueError('ResourceNumberLimitExceededException', message);
    }
    const session = new GlueSession(this.world, this.config, request);
    // The tags of an earlier session with this id have gone with it.
    this.tags.remove(session.arn, Object.keys(this.tags.of(session.arn)));
    this.tags.add(session.arn, request.Tags ?? {});
    this.startOnce(call, request, () => [session, {}]);
    return session;
  }

  /** The session that a call changes. Such calls have a separate error code for an unknown id. */
  changed(call: Call, id: string): GlueSession {
    const isSeen = this.sessions().some(
      (session) => session.id === id && session.seen(this.config.describeLagMs) !== undefined,
    );
    if (!isSeen) throw glueError(this.config.unknownStopCode, `Session ${id} not found.`);
    return this.seen(call, id).session;
  }

  /** The session of statements. @throws ServiceError when it has another type, or has ended. */
  withStatements(call: Call, id: string): GlueSession {
    const { session } = this.seen(call, id);
    if (session.connects) {
      throw glueError(
        'OperationNotSupportedException',
        `Session ${id} is a SPARK_CONNECT session and has no statements.`,
      );
    }
    if (!session.live && this.config.statementsOfEnded !== 'ok') throw this.illegalState(session);
    return session;
  }

  illegalState({ id, state }: GlueSession): Error {
    return glueError('IllegalSessionStateException', `Session ${id} is in ${state} status.`);
  }

  protected override requireScope(): void {
    // Every account has sessions.
  }

  #refuseImpossible({ MaxCapacity, WorkerType, NumberOfWorkers, SessionType, GlueVersion = 'auto' }: GlueCreate): void {
    if (MaxCapacity !== undefined && (WorkerType !== undefined || NumberOfWorkers !== undefined)) {
      throw invalidInput('Please set only Allocated Capacity or Max Capacity or Worker Type and Number of Workers.');
    }
    if (!(dpusOf({ MaxCapacity, WorkerType, NumberOfWorkers } as GlueCreate) > 0)) {
      throw invalidInput('The capacity of a session must be positive.');
    }
    const { sparkConnectFrom } = this.config;
    if (SessionType === 'SPARK_CONNECT' && Number.parseFloat(GlueVersion) < Number.parseFloat(sparkConnectFrom)) {
      throw invalidInput(`SPARK_CONNECT sessions need GlueVersion ${sparkConnectFrom} or later, not ${GlueVersion}.`);
    }
  }
}
