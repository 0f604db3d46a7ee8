/** A text; `min` and `max` count characters (code points), `pattern` must match the whole of it. */
export interface TextShape {
  readonly type: 'text';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

/** A number, whole unless `fraction`. */
export interface NumberShape {
  readonly type: 'number';
  readonly min?: number;
  readonly max?: number;
  readonly fraction?: boolean;
}

/** A flag, any JSON, or a moment: ISO text in a query, epoch seconds in a body; read as epoch milliseconds. */
export interface PlainShape<Type extends 'flag' | 'document' | 'moment' = 'flag' | 'document' | 'moment'> {
  readonly type: Type;
}

/** A list of `min` to `max` items. */
export interface ListShape<Item extends Shape = Shape> {
  readonly type: 'list';
  readonly item: Item;
  readonly min?: number;
  readonly max?: number;
}

/** A map of `min` to `max` entries. */
export interface MapShape<Value extends Shape = Shape> {
  readonly type: 'map';
  readonly key: TextShape;
  readonly value: Value;
  readonly min?: number;
  readonly max?: number;
}

/** A structure: its members by name, and the names of the required ones. */
export interface StructureShape<
  Members extends Readonly<Record<string, Shape>> = Readonly<Record<string, Shape>>,
  Required extends string = string,
> {
  readonly type: 'structure';
  readonly members: Members;
  readonly required: readonly Required[];
}

/** The shape of a request, as data. */
export type Shape = TextShape | NumberShape | PlainShape | ListShape | MapShape | StructureShape;

/** The value that a shape accepts; unknown for a shape whose type is only `Shape`. */
export type ValueOf<S> = Shape extends S ? unknown : KnownValueOf<S>;

type KnownValueOf<S> = S extends { readonly type: 'text'; readonly oneOf: readonly (infer Word)[] }
  ? Word
  : S extends TextShape
    ? string
    : S extends NumberShape | PlainShape<'moment'>
      ? number
      : S extends PlainShape<'flag'>
        ? boolean
        : S extends PlainShape<'document'>
          ? unknown
          : S extends ListShape<infer Item>
            ? readonly ValueOf<Item>[]
            : S extends MapShape<infer Value>
              ? Readonly<Record<string, ValueOf<Value>>>
              : S extends StructureShape<infer Members, infer Required>
                ? StructureValue<Members, Required>
                : never;

type StructureValue<Members, Required extends string> = {
  readonly [Name in keyof Members & Required]: ValueOf<Members[Name]>;
} & {
  readonly [Name in Exclude<keyof Members, Required>]?: ValueOf<Members[Name]>;
};

/** A text of `min` to `max` characters. */
export function text(min = 0, max = Number.POSITIVE_INFINITY, pattern?: RegExp): TextShape {
  return { type: 'text', min, max, ...(pattern !== undefined && { pattern }) };
}

export function matching(pattern: RegExp): TextShape {
  return { type: 'text', pattern };
}

export function oneOf<const Words extends readonly string[]>(words: Words): TextShape & { readonly oneOf: Words } {
  return { type: 'text', oneOf: words };
}

export function whole(min: number, max: number): NumberShape {
  return { type: 'number', min, max };
}

export const flag: PlainShape<'flag'> = { type: 'flag' };
export const document: PlainShape<'document'> = { type: 'document' };
export const moment: PlainShape<'moment'> = { type: 'moment' };

export function listOf<Item extends Shape>(item: Item, size: { min?: number; max?: number } = {}): ListShape<Item> {
  return { type: 'list', item, ...size };
}

export function mapOf<Value extends Shape>(key: TextShape, value: Value, size: { max?: number } = {}): MapShape<Value> {
  return { type: 'map', key, value, ...size };
}

/** A structure shape; `required` names the required members. */
export function structure<Members extends Readonly<Record<string, Shape>>>(
  members: Members,
): StructureShape<Members, never>;
export function structure<
  Members extends Readonly<Record<string, Shape>>,
  const Required extends keyof Members & string,
>(members: Members, required: readonly Required[]): StructureShape<Members, Required>;
export function structure(members: Readonly<Record<string, Shape>>, required: readonly string[] = []): StructureShape {
  return { type: 'structure', members, required };
}
