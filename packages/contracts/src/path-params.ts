import type * as z from 'zod/mini'

/**
 * The names of a path's parameters, as Express reads them: `'id' | 'sessionId'` for `/users/:id/sessions/:sessionId`.
 * If the path is only known to be a string, any name is allowed.
 */
export type PathParamOf<Path extends string> = string extends Path
  ? string
  : Path extends `${string}:${infer Rest}`
    ? LeadingName<Rest> | PathParamOf<Rest>
    : never

// For Express, a name ends at the first character that cannot be part of one: `/:from-:to` has two names.
type LeadingName<Text extends string, Name extends string = ''> = Text extends `${infer First}${infer Rest}`
  ? First extends NameCharacter
    ? LeadingName<Rest, `${Name}${First}`>
    : Name
  : Name

type Letter =
  | ('a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm')
  | ('n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z')
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
type NameCharacter = Letter | Uppercase<Letter> | Digit | '_'

/** The type of a contract's `params`: a schema of exactly the parameters in its path. Absent if it has none. */
export type CheckedParams<Route extends { path: string }> = [PathParamOf<Route['path']>] extends [never]
  ? { params?: undefined }
  : { params: z.ZodMiniType<unknown, Record<PathParamOf<Route['path']>, unknown>> } & NothingElse<Route>

type NothingElse<Route extends { path: string }> = Route extends {
  params: infer Schema extends z.ZodMiniType
}
  ? [Exclude<keyof z.input<Schema>, PathParamOf<Route['path']>>] extends [never]
    ? unknown
    : { params: never }
  : unknown
