import { LIFETIME_LABEL, OWNER_LABEL } from '../../provider-kit/ownership-labels.ts';

/** Members whose texts say what a service did and nothing about an account: states, types, codes, versions. */
const KEPT = new Set([
  ...[
    'State',
    'state',
    'Status',
    'StateFilter',
    'states',
    'SessionStates',
    'EngineVersion',
    'SelectedEngineVersion',
    'EffectiveEngineVersion',
  ],
  ...[
    'releaseLabel',
    'ReleaseLabel',
    'GlueVersion',
    'glueVersion',
    'SessionType',
    'sessionType',
    'WorkerType',
    'workerType',
    'type',
    'architecture',
    '__type',
    'code',
    'Code',
    'AthenaErrorCode',
    'provider',
    'region',
    'engine',
    'size',
  ],
  ...['meaning', 'failed', 'retry', 'effect'],
  ...['version', 'runtimeVersion', 'kernel'],
]);
/** What such a text may be. */
const KEPT_TEXT = /^[\w .,#:/-]{1,80}$/;
/** Members whose names are a user's. */
const MAPS = new Set(['tags', 'Tags', 'labels', 'DefaultArguments', 'properties']);
/** Names in them that are not. */
const KEPT_NAME = new RegExp(`^(${OWNER_LABEL}|${LIFETIME_LABEL}|(spark:)?spark\\.app\\.name)$`);
/** Parts of paths that name operations. */
const PATH_WORDS = /^(|applications|sessions|endpoint|dashboard|tags|start|stop)$/;
/** Google's name of a resource: kinds and names in turn. */
const RESOURCE = /^projects\/[^/]+\//;
const RESOURCE_KIND = /^(projects|locations|regions|sessions|operations|sessionTemplates)$/;
const REGION = /^[a-z]+(-[a-z]+)+[0-9]$/;
/** What a message says about a quota or a proxy: it decides the kind of the error. */
const KEPT_PHRASE =
  /Insufficient '[A-Z_]+' quota|Quota '[A-Z_]+' exceeded|exceeds your available quota|\brate (?:limit )?exceeded|request rate|too many requests|throttl|^Received HTTP status code \d+$/i;
const OWNERSHIP = /anysession:([a-z0-9_-]{1,63}):([a-z][a-z0-9-]{30,38}[a-z0-9])/;
const ARN = /^arn:(aws[a-z-]*):([a-z0-9-]*):([a-z0-9-]*):\d*:/;
/** The id of a cluster of EMR. */
const CLUSTER = /^j-[0-9A-Za-z]+$/;
const TOKEN = /^[a-z][a-z0-9-]{30,38}[a-z0-9]$/;

/**
 * Replaces every text that could name something of an account, the same text always by the same placeholder. Only texts of a few known
 * members are kept, so nothing that is not known slips through.
 */
export class Placeholders {
  readonly #known = new Map<string, string>();

  /** The placeholder of a text, in a form that passes where the text did. */
  text(original: string): string {
    if (original === '') return '';
    const known = this.#known.get(original);
    if (known !== undefined) return known;
    const made = this.#make(original);
    this.#known.set(original, made);
    return made;
  }

  /** A path with placeholders for what names no operation. */
  path(path: string): string {
    return path
      .split('/')
      .map((part) => (PATH_WORDS.test(part) ? part : this.text(decodeURIComponent(part))))
      .join('/');
  }

  /** The same value with all texts replaced, apart from those of known members. */
  value(value: unknown, member = ''): unknown {
    if (typeof value === 'string') {
      const isKept = member === LIFETIME_LABEL ? /^\d+$/.test(value) : KEPT.has(member) && KEPT_TEXT.test(value);
      return isKept ? value : this.text(value);
    }
    // A list of tags has objects whose members are not a user's names.
    if (Array.isArray(value)) return value.map((each) => this.value(each, typeof each === 'string' ? member : ''));
    if (typeof value !== 'object' || value === null) return value;
    const isMap = MAPS.has(member);
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const isHidden = isMap && !KEPT_NAME.test(name);
        return [isHidden ? this.text(name) : name, this.value(inner, isHidden ? '' : name)];
      }),
    );
  }

  /** A body; a web page stays an empty one, and what else is no JSON is left out. */
  body(text: string): string {
    if (text === '') return '';
    try {
      return JSON.stringify(this.value(JSON.parse(text)));
    } catch {
      return /^\s*</.test(text) ? '<html></html>' : '';
    }
  }

  #make(original: string): string {
    const mark = OWNERSHIP.exec(original);
    if (mark !== null) {
      const [found, owner = '', token = ''] = mark;
      const ownership = `anysession:${this.text(owner)}:${this.text(token)}`;
      const before = original.slice(0, mark.index).trim();
      const rest = original.slice(mark.index + found.length);
      const lifetime = /^:\d+$/.test(rest) ? rest : '';
      return `${before === '' ? '' : `${this.text(before)} `}${ownership}${lifetime}`;
    }
    if (RESOURCE.test(original)) return this.#resource(original);
    // Long enough for the name of a project.
    const number = String(this.#known.size + 1).padStart(5, '0');
    const [phrase] = KEPT_PHRASE.exec(original) ?? [];
    if (phrase !== undefined) return phrase === original ? phrase : `n${number}: ${phrase}`;
    const arn = ARN.exec(original);
    if (arn !== null) {
      const [, partition = '', service = '', region = ''] = arn;
      return `arn:${partition}:${service}:${region}:000000000000:role/n${number}`;
    }
    if (/^[a-z]+:\/\//.test(original)) return `https://n${number}.invalid`;
    if (/^[^@\s]+@[^@\s]+$/.test(original)) return `n${number}@invalid`;
    if (CLUSTER.test(original)) return `j-n${number}`;
    return TOKEN.test(original) ? `t${number.padStart(31, '0')}` : `n${number}`;
  }

  #resource(name: string): string {
    const parts = name.split('/');
    return parts
      .map((part, at) => {
        const kind = parts[at - 1] ?? '';
        const isKept =
          at % 2 === 0 ? RESOURCE_KIND.test(part) : /^(locations|regions)$/.test(kind) && REGION.test(part);
        return isKept ? part : this.text(part);
      })
      .join('/');
  }
}
